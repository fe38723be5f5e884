"""One answer for each request: its headers in their order, and an end to handlers that do not end by themselves."""

from __future__ import annotations

import asyncio
import os
import select
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.api.information.v1 import information_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.http.channel import HttpChannel
from tellerline.gateway.channels.http.settings import HttpSettings
from tellerline.gateway.channels.service import Method, Service
from tellerline.gateway.journal.sqlite import SqliteStore

ISSUER = "http://127.0.0.1:9/issuer"
PATH = "/v1/exchangeRates"
STANDING = [
    b"x-content-type-options",
    b"x-frame-options",
    b"referrer-policy",
    b"cross-origin-opener-policy",
    b"cross-origin-resource-policy",
    b"permissions-policy",
    b"content-security-policy",
    b"cache-control",
    b"vary",
]
Handler = Callable[[Message, CallContext], Awaitable[Message]]


class Caller:
    """Asks the channel's application what everybody may ask, in a task of its own."""

    def __init__(self, store: SqliteStore, clock: VirtualClock, handler: Handler) -> None:
        service = pb.DESCRIPTOR.services_by_name["InformationService"]
        methods = tuple(
            Method(
                name=rpc.name,
                request=GetMessageClass(rpc.input_type),
                response=GetMessageClass(rpc.output_type),
                unary=handler,
            )
            for rpc in service.methods
        )
        self._pipe = os.pipe()
        self._writer = LogWriter(self._pipe[1])
        self.channel = HttpChannel(
            (Service(full_name=service.full_name, methods=methods),),
            HttpSettings(mode="development", issuer=ISSUER, jwks="nothing.json", deadline=4),
            grants=store.grants,
            registry=store.registry,
            clock=clock,
            randomness=SeededRandomness("calls"),
            log=make_log(clock, self._writer),
            grant_seconds=900,
        )

    def logged(self) -> list[str]:
        """The events so far; to be asked once."""
        self._writer.close()
        said = os.read(self._pipe[0], 65_536) if select.select([self._pipe[0]], [], [], 0)[0] else b""
        for descriptor in self._pipe:
            os.close(descriptor)
        return [str(orjson.loads(line)["event"]) for line in said.splitlines()]

    def ask(
        self, path: str = PATH, headers: tuple[tuple[bytes, bytes], ...] = (), leave: bool = False
    ) -> asyncio.Task[list[Any]]:
        """Who is to ``leave`` has done so when the answer comes."""
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"bank.example"), *headers],
            "client": ("192.0.2.1", 4711),
        }
        return asyncio.create_task(self._answer(scope, leave))

    async def _answer(self, scope: dict[str, Any], leave: bool) -> list[Any]:
        messages: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if leave:
                raise OSError("nobody there")
            messages.append(message)

        await self.channel.application(scope, receive, send)
        return messages


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))


@pytest_asyncio.fixture
async def store(tmp_path: Path, clock: VirtualClock) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "journal.db", clock)
    await opened.start()
    yield opened
    await opened.close()


async def test_headers_have_their_order(store: SqliteStore, clock: VirtualClock) -> None:
    async def answer(request: Message, call: CallContext) -> Message:
        return pb.ListExchangeRatesResponse()

    start, body = await Caller(store, clock, answer).ask()
    names = [name for name, _ in start["headers"]]
    own = [b"x-request-id", b"ratelimit-policy", b"ratelimit"]
    assert names == [*own, *STANDING, b"content-type", b"content-length"]
    said = dict(start["headers"])
    assert said[b"ratelimit-policy"] == b'"address";q=600;w=60'
    assert said[b"ratelimit"] == b'"address";r=599;t=60'
    assert said[b"content-length"] == str(len(body["body"])).encode()
    assert body == {"type": "http.response.body", "body": body["body"], "more_body": False}
    start, body = await Caller(store, clock, answer).ask("/v1/nothing")
    names = [name for name, _ in start["headers"]]
    assert names == [b"content-language", *own, *STANDING, b"content-type", b"content-length"]


async def test_a_handler_that_does_not_keep_its_deadline_is_cancelled(store: SqliteStore, clock: VirtualClock) -> None:
    ends: list[str] = []

    async def hang(request: Message, call: CallContext) -> Message:
        try:
            await asyncio.Event().wait()
        finally:
            ends.append(f"{call.deadline - clock.monotonic():.1f}")
        return pb.ListExchangeRatesResponse()

    asked = Caller(store, clock, hang).ask(headers=((b"accept-language", b"en"),))
    await clock.advance(4.4)
    assert not asked.done()
    await clock.advance(0.1)
    start, body = await asked
    assert (start["status"], orjson.loads(body["body"])["code"]) == (504, "DEADLINE_EXCEEDED")
    assert ends == ["-0.5"]


async def test_a_client_who_leaves_gets_no_answer(store: SqliteStore, clock: VirtualClock) -> None:
    async def hang(request: Message, call: CallContext) -> Message:
        await asyncio.Event().wait()
        return pb.ListExchangeRatesResponse()

    asked = Caller(store, clock, hang).ask()
    await clock.advance(1)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked


@pytest.mark.parametrize(
    "path",
    [PATH, "/v1/nothing", "/v1/session:end", "/openapi.json", "/online-banking/mark.svg", "/online-banking/nothing"],
)
async def test_a_client_who_has_left_is_no_defect(store: SqliteStore, clock: VirtualClock, path: str) -> None:
    async def answer(request: Message, call: CallContext) -> Message:
        return pb.ListExchangeRatesResponse()

    caller = Caller(store, clock, answer)
    assert await caller.ask(path, leave=True) == []
    assert caller.logged() == []


@pytest.mark.parametrize("error", [ConnectionResetError, BrokenPipeError])
async def test_a_hosts_connection_that_was_lost_is_not_taken_for_the_clients(
    store: SqliteStore, clock: VirtualClock, error: type[Exception]
) -> None:
    async def lose(request: Message, call: CallContext) -> Message:
        raise error

    caller = Caller(store, clock, lose)
    start, body = await caller.ask()
    assert (start["status"], orjson.loads(body["body"])["code"]) == (500, "INTERNAL")
    assert caller.logged() == ["call_failed"]


async def test_a_web_socket_is_closed_before_it_opens(store: SqliteStore, clock: VirtualClock) -> None:
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    async def answer(request: Message, call: CallContext) -> Message:
        return pb.ListExchangeRatesResponse()

    caller = Caller(store, clock, answer)
    await caller.channel.application({"type": "websocket", "path": PATH, "headers": []}, receive, send)
    assert said == [{"type": "websocket.close"}]
