"""Exact fates: what was certainly not sent, what may have been, and what came back unreadable."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime

import pytest
import trustme
from hostile_http import Answer, HostileServer, always, hostile, http
from mq_worlds import eventually

from tellerline.adapters.clock import Clock, SystemClock, VirtualClock
from tellerline.adapters.exchange import Exchanged, Fate, WireRequest
from tellerline.adapters.soap.transport import SoapEndpoint, SoapTransport

CLOCK = SystemClock()
PATIENCE_S = 60.0
OK = b"<ok/>"


async def silence(_: bytes, writer: asyncio.StreamWriter) -> None:
    """Reads and says nothing."""


async def slow(_: bytes, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.01)
    writer.write(http(OK))


async def hang_up(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.close()


def asked(body: bytes = b"<ask/>") -> WireRequest:
    return WireRequest(body=body, operation="urn:x/Ask", correlation="1")


@asynccontextmanager
async def transport_to(url: str, clock: Clock = CLOCK, **settings: int | float) -> AsyncIterator[SoapTransport]:
    transport = SoapTransport(SoapEndpoint(url=url, **settings), clock)  # type: ignore[arg-type]
    await transport.start()
    try:
        yield transport
    finally:
        await transport.close()


@asynccontextmanager
async def facing(
    answer: Answer, clock: Clock = CLOCK, **settings: int | float
) -> AsyncIterator[tuple[SoapTransport, HostileServer]]:
    async with hostile(answer) as server, transport_to(server.url, clock, **settings) as transport:
        yield transport, server


async def ask(
    transport: SoapTransport, patience: float = PATIENCE_S, body: bytes = b"<ask/>", clock: Clock = CLOCK
) -> Exchanged:
    return await transport.exchange(asked(body), clock.monotonic() + patience)


@pytest.fixture
def by_hand() -> VirtualClock:
    return VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))


@contextmanager
def closed_port() -> Iterator[int]:
    """Taken by somebody who does not listen: nobody else can meanwhile."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


async def test_a_reply_is_handed_over_and_the_connection_kept() -> None:
    async with facing(always(http(OK))) as (transport, server):
        for _ in range(3):
            assert await ask(transport) == Exchanged(Fate.REPLIED, OK)
        assert (server.connections, server.requests) == (1, [b"<ask/>"] * 3)


async def test_a_fault_status_is_a_reply() -> None:
    async with facing(always(http(OK, status="500 Internal Server Error"))) as (transport, _):
        assert await ask(transport) == Exchanged(Fate.REPLIED, OK)


async def test_what_was_refused_or_never_resolved_was_not_sent() -> None:
    with closed_port() as port:
        for url in (f"http://127.0.0.1:{port}/", "http://no-such-host.invalid/"):
            async with transport_to(url) as transport:
                assert await ask(transport) == Exchanged(Fate.NOT_SENT, reason="not_connected")


async def test_a_deadline_that_is_over_sends_nothing() -> None:
    async with facing(always(http(OK))) as (transport, server):
        assert await ask(transport, patience=-0.1) == Exchanged(Fate.NOT_SENT, reason="deadline_over")
        assert server.connections == 0


async def test_waiting_for_a_connection_until_the_deadline_sends_nothing(by_hand: VirtualClock) -> None:
    async with facing(silence, by_hand, connections=1) as (transport, server):
        first = asyncio.create_task(ask(transport, patience=4, clock=by_hand))
        await eventually(lambda: len(server.requests) == 1)
        second = asyncio.create_task(ask(transport, patience=1, clock=by_hand))
        await by_hand.advance(0.9)
        assert not second.done()
        await by_hand.advance(0.1)
        assert await second == Exchanged(Fate.NOT_SENT, reason="deadline_over")
        await by_hand.advance(2.9)
        assert not first.done()
        await by_hand.advance(0.1)
        assert await first == Exchanged(Fate.SENT_NO_REPLY, reason="no_reply_in_time")
        assert len(server.requests) == 1


async def test_who_waits_for_a_connection_gets_one_in_turn() -> None:
    async with facing(slow, connections=1) as (transport, server):
        bodies = [b"<ask>%d</ask>" % number for number in range(6)]
        for _ in range(2):
            answers = await asyncio.gather(*(ask(transport, body=body) for body in bodies))
            assert answers == [Exchanged(Fate.REPLIED, OK)] * len(bodies)
        assert (server.connections, server.requests) == (1, bodies * 2)


async def test_no_more_connections_are_open_than_allowed_whoever_comes_when() -> None:
    async with facing(slow, connections=3) as (transport, server):
        for crowd in (2, 20, 1, 7, 3):
            asked_at_once = [asyncio.create_task(ask(transport)) for _ in range(crowd)]
            await asyncio.sleep(0.015)
            asked_at_once += [asyncio.create_task(ask(transport)) for _ in range(crowd)]
            assert await asyncio.gather(*asked_at_once) == [Exchanged(Fate.REPLIED, OK)] * (2 * crowd)
        assert server.connections == 3


async def test_who_gives_up_waiting_leaves_the_connection_to_the_next(by_hand: VirtualClock) -> None:
    given_up = asyncio.Event()

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        await given_up.wait()
        writer.write(http(OK))

    async with facing(answer, by_hand, connections=1) as (transport, server):
        first = asyncio.create_task(ask(transport, clock=by_hand))
        await asyncio.sleep(0)
        impatient = [asyncio.create_task(ask(transport, patience=1, clock=by_hand)) for _ in range(3)]
        await by_hand.advance(1)
        assert [(await one).fate for one in impatient] == [Fate.NOT_SENT] * 3
        given_up.set()
        assert (await first).fate is Fate.REPLIED
        assert [(await ask(transport, clock=by_hand)).fate for _ in range(3)] == [Fate.REPLIED] * 3
        assert (server.connections, len(server.requests)) == (1, 4)


async def test_closing_closes_the_kept() -> None:
    at_the_host: list[asyncio.StreamWriter] = []

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        at_the_host.append(writer)
        writer.write(http(OK))

    async with facing(answer, idle_seconds=3600) as (transport, _):
        await ask(transport)
        assert not at_the_host[0].is_closing()
        await transport.close()
        await eventually(at_the_host[0].is_closing)


async def test_a_connection_that_the_host_wants_no_more_is_closed_at_once() -> None:
    at_the_host: list[asyncio.StreamWriter] = []

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        at_the_host.append(writer)
        writer.write(http(OK, head="Connection: close\r\n"))

    async with facing(answer, idle_seconds=3600) as (transport, server):
        assert await ask(transport) == Exchanged(Fate.REPLIED, OK)
        await eventually(at_the_host[0].is_closing)
        assert await ask(transport) == Exchanged(Fate.REPLIED, OK)
        assert server.connections == 2


async def test_a_connection_idle_for_too_long_is_not_used_even_if_nobody_had_time_to_close_it() -> None:
    async with facing(always(http(OK)), idle_seconds=0.05) as (transport, server):
        await ask(transport)
        busy_until = CLOCK.monotonic() + 0.1
        while CLOCK.monotonic() < busy_until:
            pass
        assert (await ask(transport)).fate is Fate.REPLIED
        assert server.connections == 2


async def test_a_connection_that_dies_after_the_request_leaves_a_doubt() -> None:
    async with facing(hang_up) as (transport, server):
        assert await ask(transport) == Exchanged(Fate.SENT_NO_REPLY, reason="connection_lost")
        assert len(server.requests) == 1


async def test_a_kept_connection_that_dies_while_it_is_reused_leaves_a_doubt_and_is_not_retried() -> None:
    answers = [always(http(OK)), hang_up]

    async def answer(body: bytes, writer: asyncio.StreamWriter) -> None:
        await answers.pop(0)(body, writer)

    async with facing(answer) as (transport, server):
        assert (await ask(transport)).fate is Fate.REPLIED
        assert await ask(transport) == Exchanged(Fate.SENT_NO_REPLY, reason="connection_lost")
        assert (server.connections, len(server.requests)) == (1, 2)


async def test_a_kept_connection_that_the_host_closed_is_not_used() -> None:
    at_the_host: list[asyncio.StreamWriter] = []

    async def answer_and_close(_: bytes, writer: asyncio.StreamWriter) -> None:
        at_the_host.append(writer)
        writer.write(http(OK))
        writer.write_eof()

    async with facing(answer_and_close, idle_seconds=3600) as (transport, server):
        for _ in range(3):
            assert await ask(transport) == Exchanged(Fate.REPLIED, OK)
            await eventually(at_the_host[-1].is_closing)
        assert server.connections == 3


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (http(OK, status="503 Service Unavailable"), "http_503"),
        (http(OK, status="302 Found", head="Location: /elsewhere\r\n"), "http_302"),
        (http(OK, content_type="text/html"), "content_type"),
        (http(b"x" * 2000), "oversized"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
         b"7d0\r\n" + b"x" * 2000 + b"\r\n0\r\n\r\n", "oversized"),
        (http(OK, head="Content-Encoding: br\r\n"), "content_encoding"),
        (http(OK, head="Content-Encoding: gzip\r\n"), "truncated"),
        (b"220 mail.example ESMTP\r\n\r\n", "not_http"),
    ],
)  # fmt: skip
async def test_a_reply_that_is_none_is_unreadable(response: bytes, reason: str) -> None:
    async with facing(always(response), max_reply_bytes=1000) as (transport, server):
        assert await ask(transport) == Exchanged(Fate.REPLIED_UNREADABLE, reason=reason)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("parts", "exchanged"),
    [
        ([b"Content-Length: 5\r\n\r\n", b"<o", b"k/>"], Exchanged(Fate.REPLIED, OK)),
        (
            [b"Transfer-Encoding: chunked\r\n\r\n", b"2\r\n<o\r\n", b"3\r\nk/>\r\n0\r\n\r\n"],
            Exchanged(Fate.REPLIED, OK),
        ),
        ([b"Content-Length: 1001\r\n\r\n"], Exchanged(Fate.REPLIED_UNREADABLE, reason="oversized")),
        (
            [b"Transfer-Encoding: chunked\r\n\r\n", b"258\r\n" + b"x" * 600 + b"\r\n", b"258\r\n" + b"x" * 600],
            Exchanged(Fate.REPLIED_UNREADABLE, reason="oversized"),
        ),
    ],
)
async def test_a_reply_that_comes_in_parts_is_measured_as_it_comes(parts: list[bytes], exchanged: Exchanged) -> None:
    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n")
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02)

    async with facing(answer, max_reply_bytes=1000) as (transport, _):
        assert await ask(transport) == exchanged


async def test_an_untrusted_host_is_sent_nothing() -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(tls)
    server = HostileServer(always(http(OK)))
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    url = f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    for context, fate in ((None, Fate.NOT_SENT), (trusting, Fate.REPLIED)):
        transport = SoapTransport(SoapEndpoint(url=url, tls=context), CLOCK)
        await transport.start()
        assert (await ask(transport)).fate is fate
        await transport.close()
    assert len(server.requests) == 1
    listener.close()


async def test_closing_ends_what_waits_as_sent_without_a_reply() -> None:
    async with facing(silence, connections=1) as (transport, server):
        sent = asyncio.create_task(ask(transport))
        await eventually(lambda: len(server.requests) == 1)
        waiting = asyncio.create_task(ask(transport))
        await asyncio.sleep(0)
        await transport.close()
        assert (await sent).fate is Fate.SENT_NO_REPLY
        assert (await waiting).fate is Fate.NOT_SENT
        assert (await ask(transport)).fate is Fate.NOT_SENT


async def test_cancelling_the_caller_cancels_the_exchange() -> None:
    async with facing(silence) as (transport, server):
        task = asyncio.create_task(ask(transport))
        await eventually(lambda: len(server.requests) == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_trace_goes_along_and_stays_out_of_the_next_request() -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with facing(always(http(OK))) as (transport, server):
        traced = WireRequest(body=b"<ask/>", operation="urn:x/Ask", correlation="1", trace=trace)
        await transport.exchange(traced, CLOCK.monotonic() + PATIENCE_S)
        await ask(transport)
    first, second = (head.lower() for head in server.heads)
    assert f"traceparent: {trace}".encode() in first
    assert b"traceparent" not in second
