"""Frames off a transport: cut as they come, within a fixed room, and never waited for without end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from hand_clock import HandClock

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.channels.iso8583.framing import Framing
from tellerline.gateway.channels.iso8583.wire import GoneError, Wire

FRAMING = Framing(most=64)
IDLE, HALF = 300.0, 5.0


class Line:
    """Both ends: ``wire`` is the server's; what the peer does is by hand."""

    def __init__(
        self, wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, clock: HandClock
    ) -> None:
        self.wire = wire
        self.reader = reader
        self.writer = writer
        self.clock = clock


@asynccontextmanager
async def _line(framing: Framing = FRAMING) -> AsyncIterator[Line]:
    clock = HandClock(datetime(2026, 3, 2, tzinfo=UTC))
    accepted: asyncio.Future[Wire] = asyncio.get_running_loop().create_future()

    def accept() -> Wire:
        accepted.set_result(Wire(framing, clock))
        return accepted.result()

    server = await asyncio.get_running_loop().create_server(accept, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    line = Line(await accepted, reader, writer, clock)
    try:
        yield line
    finally:
        writer.close()
        line.wire.close()
        await clock.advance(2)
        server.close()


async def _frame(line: Line) -> bytes:
    async with asyncio.timeout(60):
        return (await line.wire.frame(IDLE, HALF))[1]


async def _why(line: Line) -> str:
    with pytest.raises(GoneError) as gone:
        await _frame(line)
    return gone.value.why


async def test_frames_are_cut_wherever_the_bytes_break() -> None:
    async with _line() as line:
        data = b"".join(FRAMING.framed(b"", bytes([number]) * number) for number in range(1, 20))
        taking = asyncio.gather(*([_all(line, 19)]))
        for at in range(0, len(data), 7):
            line.writer.write(data[at : at + 7])
            await line.writer.drain()
            await asyncio.sleep(0)
        assert (await taking)[0] == [bytes([number]) * number for number in range(1, 20)]


async def _all(line: Line, number: int) -> list[bytes]:
    return [await _frame(line) for _ in range(number)]


async def test_a_flood_waits_until_it_is_read_and_takes_no_more_room() -> None:
    async with _line() as line:
        flood = FRAMING.framed(b"", b"x" * 60) * 400_000
        line.writer.write(flood)
        await asyncio.sleep(0.05)
        assert line.writer.transport.get_write_buffer_size() > 0, "the rest waits with its sender"
        assert await _all(line, 50) == [b"x" * 60] * 50


async def test_a_bad_length_ends_it_before_its_body_comes() -> None:
    async with _line() as line:
        line.writer.write(b"\x00\x41")
        assert await _why(line) == "bad_length"
        assert await _why(line) == "bad_length"


@pytest.mark.parametrize(("sent", "seconds", "why"), [(b"", IDLE, "idle"), (b"\x00", HALF, "half_frame")])
async def test_nobody_is_waited_for_without_end(sent: bytes, seconds: float, why: str) -> None:
    async with _line() as line:
        line.writer.write(sent)
        waiting = asyncio.ensure_future(_why(line))
        await line.clock.awaited(seconds)
        await line.clock.advance(seconds - 0.1)
        assert not waiting.done()
        await line.clock.advance(0.2)
        assert await waiting == why


async def test_a_dripping_peer_gets_no_more_time_by_each_byte() -> None:
    async with _line() as line:
        waiting = asyncio.ensure_future(_why(line))
        for byte in b"\x00\x20abc":
            line.writer.write(bytes([byte]))
            if byte == 0:
                await line.clock.awaited(HALF)
            await asyncio.sleep(0.02)
            await line.clock.advance(HALF / 4.5)
        assert await waiting == "half_frame"


async def test_a_peer_that_does_not_read_is_cut_off() -> None:
    async with _line(Framing(most=2048)) as line:
        for _ in range(10_000):
            line.wire.write(b"", b"x" * 2000)
        assert await _why(line) == "does_not_read"


async def test_who_leaves_is_gone_and_writing_to_him_is_nothing() -> None:
    async with _line() as line:
        line.writer.close()
        assert await _why(line) == "left"
        line.wire.write(b"", b"late")


class Counted(asyncio.Transport):
    """Keeps what is written to it, write by write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return False


async def test_answers_of_one_moment_leave_together_and_in_order() -> None:
    transport = Counted()
    wire = Wire(FRAMING, VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)))
    wire.connection_made(transport)
    for moment in ((b"one", b"two", b"three"), (b"four",)):
        for answer in moment:
            wire.write(b"", answer)
        await asyncio.sleep(0)
    framed = [FRAMING.framed(b"", answer) for answer in (b"one", b"two", b"three", b"four")]
    assert transport.writes == [b"".join(framed[:3]), framed[3]]


async def test_what_was_written_goes_out_before_the_connection_is_given_back() -> None:
    async with _line() as line:
        line.wire.write(b"", b"one")
        line.wire.write(b"", b"two")
        line.wire.close()
        assert await line.reader.read() == FRAMING.framed(b"", b"one") + FRAMING.framed(b"", b"two")


async def test_the_first_reason_counts() -> None:
    async with _line() as line:
        line.wire.end("drained")
        line.wire.end("other")
        assert await _why(line) == "drained"


async def test_who_ended_is_kept_waiting_but_not_once_more_is_said_about_his_end() -> None:
    async with _line() as line:
        line.wire.end("bad_length")
        resting = asyncio.ensure_future(line.wire.rest(1.0))
        await line.clock.advance(0.9)
        assert not resting.done()
        await line.clock.advance(0.1)
        await resting
        line.wire.end("drained")
        async with asyncio.timeout(60):
            await line.wire.rest(1.0)
        assert await _why(line) == "bad_length"


async def test_patience_begins_anew_with_each_frame_but_not_while_nobody_reads() -> None:
    async with _line() as line:
        for _ in range(3):
            reading = asyncio.ensure_future(_frame(line))
            await line.clock.advance(IDLE - 1)
            line.writer.write(FRAMING.framed(b"", b"still here"))
            assert await reading == b"still here"
            await line.clock.advance(2 * IDLE)
        waiting = asyncio.ensure_future(_why(line))
        await line.clock.advance(IDLE - 0.1)
        assert not waiting.done()
        await line.clock.advance(0.2)
        assert await waiting == "idle"


async def test_a_frame_in_parts_has_its_own_time_and_then_patience_begins_anew() -> None:
    async with _line() as line:
        reading = asyncio.ensure_future(_frame(line))
        await line.clock.advance(IDLE - 1)
        line.writer.write(b"\x00")
        await line.clock.awaited(HALF)
        await line.clock.advance(HALF - 1)
        line.writer.write(b"\x01x")
        assert await reading == b"x"
        waiting = asyncio.ensure_future(_why(line))
        await line.clock.advance(IDLE - 1)
        assert not waiting.done()
        await line.clock.advance(2)
        assert await waiting == "idle"


async def test_patience_ends_although_seconds_do_not_add_up_exactly() -> None:
    async with _line() as line:
        reading = asyncio.ensure_future(line.wire.frame(10, HALF))
        await line.clock.advance(9)
        line.writer.write(b"\x00")
        await line.clock.awaited(HALF)
        await line.clock.advance(4.9)
        line.writer.write(b"\x01x")
        assert (await reading)[1] == b"x"
        waiting = asyncio.ensure_future(line.wire.frame(10, HALF))
        async with asyncio.timeout(60):
            await line.clock.advance(10.1)
            with pytest.raises(GoneError, match="idle"):
                await waiting
