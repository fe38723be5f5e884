"""The call centre's front: what it refuses, for how long it serves, by TLS, and what it says of its health."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
import trustme
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.agents.v1.agents_pb2_grpc import AgentServiceStub
from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.callcenter.front import CallCentreFront
from tellerline.callcenter.services.agents import SERVICE
from tellerline.callcenter.settings import FrontSettings, TlsSettings
from tellerline.callcenter.storage import StoreUnavailableError
from tellerline.gateway.client.errors import CanonicalError

CHINESE, ENGLISH = RequestContext(agent="A1"), RequestContext(agent="A1", language_code="en")


class Handlers:
    """Every method waits until it is let go, or raises ``error``; whoever watches is told of nothing."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.running = 0
        self.error: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return self.watch if name == "watch_events" else self.answer

    async def answer(self, request: object) -> agents.Agent:
        self.running += 1
        try:
            if self.error is not None:
                raise self.error
            await self.go.wait()
        finally:
            self.running -= 1
        return agents.Agent(name="agents/A1")

    async def watch(self, request: object) -> AsyncIterator[agents.Event]:
        yield agents.Event()
        await self.go.wait()


@asynccontextmanager
async def served(**settings: Any) -> AsyncIterator[tuple[Handlers, CallCentreFront, int]]:
    handlers = Handlers()
    logger = make_log(SystemClock(), LogWriter(2), level="error")
    front = CallCentreFront([(SERVICE, handlers)], logger, FrontSettings(**settings))
    port = await front.start()
    try:
        yield handlers, front, port
    finally:
        handlers.go.set()
        await front.close()


@asynccontextmanager
async def asked(port: int, credentials: grpc.ChannelCredentials | None = None) -> AsyncIterator[grpc.aio.Channel]:
    target = f"localhost:{port}"
    channel = grpc.aio.secure_channel(target, credentials) if credentials else grpc.aio.insecure_channel(target)
    async with channel:
        yield channel


def get(channel: grpc.aio.Channel, context: RequestContext = CHINESE, **more: Any) -> Any:
    stub: Any = AgentServiceStub(channel)
    return stub.GetAgent(agents.GetAgentRequest(context=context, name="agents/A1"), **more)


async def refusal(call: Any) -> CanonicalError:
    with pytest.raises(grpc.aio.AioRpcError) as ended:
        await call
    return CanonicalError.from_rpc(ended.value)


async def test_a_call_ends_when_its_time_is_up_and_nobody_knows_what_was_done() -> None:
    async with served(default_deadline=0.1, maximum_deadline=0.2) as (handlers, _, port), asked(port) as channel:
        for wished in (None, 60.0):
            call = get(channel, timeout=wished)
            late = await refusal(call)
            assert wished is None or call.time_remaining() > wished / 3, "nobody is given more than the maximum"
            assert (late.code, late.definite) == ("DEADLINE_EXCEEDED", False)
        assert late.text == "未能在规定时间内完成，请稍后查询结果。"
        assert handlers.running == 0


async def test_no_more_are_at_work_than_there_is_room_for() -> None:
    async with served(running_calls=1, streams=1) as (handlers, _, port), asked(port) as channel:
        first = asyncio.ensure_future(get(channel))
        watching: Any = AgentServiceStub(channel)
        feed = watching.WatchEvents(agents.WatchEventsRequest(context=CHINESE))
        await feed.read()
        while not handlers.running:  # noqa: ASYNC110 the server runs in the same loop
            await asyncio.sleep(0.01)
        second = await refusal(get(channel, ENGLISH))
        assert (second.code, second.definite, second.status) == ("OVERLOADED", True, grpc.StatusCode.UNAVAILABLE)
        assert second.text == "Many requests are being served at the moment. Please try again shortly."
        another = watching.WatchEvents(agents.WatchEventsRequest(context=CHINESE))
        assert (await refusal(another.read())).code == "OVERLOADED"
        handlers.go.set()
        assert (await first).name == "agents/A1"
        assert (await get(channel)).name == "agents/A1"


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (StoreUnavailableError("gone"), "STORE_UNAVAILABLE", grpc.StatusCode.UNAVAILABLE),
        (RuntimeError("secret"), "INTERNAL", grpc.StatusCode.INTERNAL),
    ],
)
async def test_what_goes_wrong_inside_is_not_told(error: Exception, code: str, status: grpc.StatusCode) -> None:
    async with served() as (handlers, _, port), asked(port) as channel:
        handlers.error = error
        said = await refusal(get(channel))
        assert (said.code, said.status, said.definite) == (code, status, False)
        assert "secret" not in f"{said.message}{said.text}"


async def test_a_request_that_is_too_great_is_refused() -> None:
    async with served(message_limit=1024) as (_, _, port), asked(port) as channel:
        said = await refusal(get(channel, RequestContext(agent="A" * 2000)))
        assert said.status is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_it_tells_its_health_until_it_goes() -> None:
    async with served() as (_, front, port), asked(port) as channel:
        health = HealthStub(channel)
        for name in ("", SERVICE.full_name):
            assert (await health.Check(HealthCheckRequest(service=name))).status == HealthCheckResponse.SERVING
        assert (await refusal(health.Check(HealthCheckRequest(service="x")))).status is grpc.StatusCode.NOT_FOUND
        news = health.Watch(HealthCheckRequest(service=""))
        assert (await news.read()).status == HealthCheckResponse.SERVING
        closing = asyncio.ensure_future(front.close())
        assert (await news.read()).status == HealthCheckResponse.NOT_SERVING
        await closing


async def test_what_is_withdrawn_is_not_healthy_any_more() -> None:
    async with served() as (_, front, port), asked(port) as channel:
        news = HealthStub(channel).Watch(HealthCheckRequest(service=SERVICE.full_name))
        assert (await news.read()).status == HealthCheckResponse.SERVING
        front.withdraw([SERVICE])
        assert (await news.read()).status == HealthCheckResponse.NOT_SERVING
        whole = await HealthStub(channel).Check(HealthCheckRequest(service=""))
        assert whole.status == HealthCheckResponse.NOT_SERVING


async def test_by_tls_only_those_are_served_who_show_a_certificate(tmp_path: Path) -> None:
    authority = trustme.CA()
    server, client = authority.issue_cert("localhost"), authority.issue_cert("agent-desktop")
    files = {"certificate": tmp_path / "c.pem", "key": tmp_path / "k.pem", "client_authority": tmp_path / "ca.pem"}
    server.cert_chain_pems[0].write_to_path(files["certificate"])
    server.private_key_pem.write_to_path(files["key"])
    authority.cert_pem.write_to_path(files["client_authority"])
    trusted = authority.cert_pem.bytes()
    ours = grpc.ssl_channel_credentials(trusted, client.private_key_pem.bytes(), client.cert_chain_pems[0].bytes())
    async with served(tls=TlsSettings(**files)) as (handlers, _, port):
        handlers.go.set()
        async with asked(port, ours) as channel:
            assert (await get(channel)).name == "agents/A1"
        for stranger in (None, grpc.ssl_channel_credentials(trusted)):
            async with asked(port, stranger) as channel:
                assert (await refusal(get(channel, timeout=60))).status is grpc.StatusCode.UNAVAILABLE


async def test_a_port_that_is_taken_is_an_error_of_the_system() -> None:
    async with served() as (_, _, port):
        logger = make_log(SystemClock(), LogWriter(2), level="error")
        with pytest.raises(OSError, match="cannot listen"):
            await CallCentreFront([(SERVICE, Handlers())], logger, FrontSettings(port=port)).start()
