"""The simulated switch on the contract suite's bench, on a virtual clock: its lines within the loop, or over TCP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from switch_bench import ENGLISH, EXTENSIONS, LONG_PROMPT, MEDIA_PATIENCE, SHORT_PROMPT, EventLog, OnRing
from wave_tones import tones_in

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.lines.connection import Accept, Connect, LineConnection, LineHandler
from tellerline.adapters.lines.tcp import TcpListener, tcp_connect
from tellerline.connectors.softswitch.switch import SoftswitchConnector
from tellerline.connectors.telephony.events import LinkLost, LinkRestored, SwitchEvent
from tellerline.connectors.telephony.switch import Switch
from tellerline.simulators.softswitch.phones import OnRing as PhoneOnRing
from tellerline.simulators.softswitch.phones import Phone, PhoneState
from tellerline.simulators.softswitch.playing import PromptTable
from tellerline.simulators.softswitch.switch import SoftSwitch

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PROMPTS = PromptTable(sounds={LONG_PROMPT: 20.0, SHORT_PROMPT: 0.4}, other=None)
_STEP = 0.02
_LISTENING = 0.1
_KEY = 0.1
_SOCKETS = 0.001
"""Real seconds that what was written to a socket needs to arrive."""
_RINGING = {
    OnRing.ANSWERS: PhoneOnRing.ANSWERS,
    OnRing.RINGS: PhoneOnRing.RINGS,
    OnRing.REJECTS: PhoneOnRing.BUSY,
}


class SoftTelephone:
    """A simulated telephone as the suite knows telephones."""

    keys_heard = ""

    def __init__(self, phone: Phone, pause: Callable[[float], Awaitable[None]]) -> None:
        self._pause = pause
        self.number = phone.number
        self._phone = phone
        self.on_ring = OnRing.ANSWERS

    @property
    def on_ring(self) -> OnRing:
        return self._on_ring

    @on_ring.setter
    def on_ring(self, on_ring: OnRing) -> None:
        self._on_ring = on_ring
        self._phone.on_ring = _RINGING[on_ring]

    @property
    def connected(self) -> bool:
        return self._phone.state is PhoneState.TALKING

    @property
    def rings(self) -> bool:
        return self._phone.state is PhoneState.RINGING

    @property
    def shown(self) -> str:
        return self._phone.shown

    async def call(self, number: str) -> None:
        self._phone.call(number)

    async def answer(self) -> None:
        self._phone.answer()

    async def hang_up(self) -> None:
        self._phone.hang_up()

    async def press(self, keys: str) -> None:
        for key in keys:
            await self._pause(_KEY)
            self._phone.press(key)

    async def hush(self, seconds: float) -> None:
        self._phone.speak(False)
        await self._pause(seconds)
        self._phone.speak(True)

    async def hold(self) -> None:
        self._phone.hold()

    async def retrieve(self) -> None:
        self._phone.retrieve()

    async def hears(self) -> frozenset[str]:
        await self._pause(_LISTENING)
        heard = {name.removeprefix("prompt:sound:") for name in self._phone.hears()}
        if self._phone.language() == "en" and LONG_PROMPT in heard:
            heard = heard - {LONG_PROMPT} | {ENGLISH}
        return frozenset(heard)

    def vanish(self) -> None:
        self._phone.lose_media()


class Tapped:
    """Writes down every line that a connector sends and hears."""

    def __init__(self, connect: Connect) -> None:
        self.written = bytearray()
        self._connect = connect

    async def connect(self, accept: Accept) -> LineConnection:
        return await self._connect(lambda connection: _Tap(self, connection, accept))


class _Tap:
    def __init__(self, tapped: Tapped, connection: LineConnection, accept: Accept) -> None:
        self._tapped = tapped
        self._connection = connection
        self._handler: LineHandler = accept(self)

    def send(self, line: bytes) -> None:
        self._tapped.written += line + b"\n"
        self._connection.send(line)

    def close(self) -> None:
        self._connection.close()

    def abort(self) -> None:
        self._connection.abort()

    def line_received(self, line: bytes) -> None:
        self._tapped.written += line + b"\n"
        self._handler.line_received(line)

    def connection_lost(self) -> None:
        self._handler.connection_lost()


class SoftswitchBench:
    """``settle`` lets what is on its way arrive."""

    switch: Switch

    def __init__(
        self, soft: SoftSwitch, clock: VirtualClock, connect: Connect, settle: Callable[[], Awaitable[None]]
    ) -> None:
        self.soft = soft
        self.log = EventLog(self.pause)
        self._clock = clock
        self._tapped = Tapped(connect)
        self._settle = settle
        self._moving = asyncio.Lock()
        self._telephones: dict[str, SoftTelephone] = {}
        self._randomness = SeededRandomness("connectors")

    async def telephone(self, number: str) -> SoftTelephone:
        if number not in self._telephones:
            phone = self.soft.extension(number) if number in EXTENSIONS else self.soft.outside(number)
            self._telephones[number] = SoftTelephone(phone, self.pause)
        return self._telephones[number]

    async def lone_telephone(self, number: str) -> SoftTelephone:
        return await self.telephone(number)

    async def pause(self, seconds: float) -> None:
        """Several pauses at once pass together."""
        target = self._clock.monotonic() + seconds
        while (left := target - self._clock.monotonic()) > 0:
            async with self._moving:
                left = target - self._clock.monotonic()
                if left > 0:
                    await self._clock.advance(min(left, _STEP))
                    await self._settle()

    async def lose_link(self) -> None:
        self.soft.unreachable(True)
        await self._told(LinkLost)

    async def restore_link(self) -> None:
        self.soft.unreachable(False)
        await self._told(LinkRestored)

    async def new_controller(self) -> Switch:
        await self.switch.close()
        await self.connect()
        return self.switch

    async def stop_switch(self) -> None:
        self.soft.power_off()

    async def start_switch(self) -> None:
        self.soft.power_on()

    def written(self) -> bytes:
        return bytes(self._tapped.written)

    def tones(self, wav: Path | bytes, start: float, end: float) -> frozenset[str]:
        file = wav if isinstance(wav, bytes) else wav.read_bytes()
        return tones_in(file, start, end, {number: phone.tone for number, phone in self.soft.phones.items()})

    async def connect(self) -> None:
        """Start a connector of this bench."""
        switch = SoftswitchConnector(self._tapped.connect, self._clock, self._randomness)
        self.switch = switch
        await switch.start(self.log)

    async def _told(self, kind: type[SwitchEvent]) -> None:
        """Wait for one more event of a kind, and leave it to who asks the log for it."""
        before = len(self.log.seen(kind))
        for _ in range(500):
            await self.pause(_STEP)
            if len(self.log.seen(kind)) > before:
                return
        raise AssertionError(f"no {kind.__name__} came")


@asynccontextmanager
async def softswitch_bench() -> AsyncIterator[SoftswitchBench]:
    """Lines within the loop: everything at exact instants."""

    async def settle() -> None:
        await asyncio.sleep(0)

    clock = VirtualClock(START)
    soft = _soft(clock)
    async with _started(SoftswitchBench(soft, clock, soft.connect, settle)) as bench:
        yield bench


@asynccontextmanager
async def softswitch_over_tcp_bench() -> AsyncIterator[SoftswitchBench]:
    """Real sockets on loopback; all else is as virtual as ever."""
    clock = VirtualClock(START)
    soft = _soft(clock)
    listener = TcpListener(soft.accept)
    await listener.start()
    connect = tcp_connect("127.0.0.1", listener.port)
    async with _started(SoftswitchBench(soft, clock, connect, lambda: asyncio.sleep(_SOCKETS))) as bench:
        yield bench
    listener.close()


def _soft(clock: VirtualClock) -> SoftSwitch:
    soft = SoftSwitch(clock, SeededRandomness("switch"), prompts=PROMPTS, media_patience=MEDIA_PATIENCE)
    for number in EXTENSIONS:
        soft.extension(number)
    return soft


@asynccontextmanager
async def _started(bench: SoftswitchBench) -> AsyncIterator[SoftswitchBench]:
    await bench.connect()
    try:
        yield bench
    finally:
        await bench.switch.close()
        bench.soft.power_off()
