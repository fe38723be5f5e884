"""Telephones in this process: real SIP and real media, each with a steady tone for a voice."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

import numpy as np
from baresip import Account, AudioNotActive, AudioRestarted, BaresipError, Call, CallState, Config, Runtime, UserAgent

from tellerline.adapters.clock import Clock, SystemClock
from tellerline.simulators.telephones.hearing import RATE, Samples, likeness, tones

_FRAME = 160
_PACE = 0.02
_AHEAD = 2 * 3 * _FRAME
_ALOUD_AHEAD = 2 * 20 * _FRAME
"""Of keys as tones more is sent on at a time: none may have a gap, however busy the process is."""
_LOUDNESS = 5000
_WINDOW = 0.16
_LAG = 0.06
_REGISTRATION = 60
_PATIENCE = 5.0
_KEPT = 8.0
"""Seconds for which what was heard is remembered."""
_ALIKE = 0.7
_LISTEN_AGAIN = 0.1


class OnRing(StrEnum):
    """What a telephone does when it is called."""

    ANSWERS = "ANSWERS"
    RINGS = "RINGS"
    REJECTS = "REJECTS"
    """As busy."""


class Exchange:
    """Telephones behind one SIP port; ``names`` tells by frequency who and what can be heard.

    ``server`` is the switch's host:port, ``password`` that of its extensions. Port 0 takes a free one.
    """

    def __init__(self, server: str, password: str, port: int, names: Mapping[int, str]) -> None:
        self.server = server
        self.password = password
        self.names = dict(names)
        self.clock: Clock = SystemClock()
        self._port = port
        self._runtime = Runtime()
        self._pumps: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self._runtime.start(
            Config(
                net_interface="127.0.0.1",
                max_concurrent_calls=None,
                expose_headers=("Call-Info", "Alert-Info"),
                native_log_level="error",
                extra_config_text=f"sip_listen 127.0.0.1:{self._port}\nrtp_stats no\naudio_jitter_buffer_type off\n",
            )
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        await self._runtime.close()

    async def telephone(self, number: str, hz: int, *, registers: bool) -> SipTelephone:
        """Returns when it is registered, if it ``registers``."""
        account = Account(
            user=number,
            domain=self.server,
            password=self.password if registers else "",
            reg_interval=_REGISTRATION if registers else 0,
        )
        agent = await UserAgent.create(self._runtime, account)
        self.names[hz] = number
        telephone = SipTelephone(self, agent, number, hz)
        if registers:
            await agent.register()
        return telephone

    def pump(self, telephone: SipTelephone, call: Call) -> None:
        self._pumps.append(asyncio.get_running_loop().create_task(telephone.carry(call)))


@dataclass(slots=True)
class Talk:
    """A call of a telephone that was answered: when, and until when, on the exchange's monotonic clock."""

    began: float
    ended: float | None = None


class SipTelephone:
    """One line: a second call while one is up takes the first one's place in ``hears``. ``hz`` is its voice."""

    def __init__(self, exchange: Exchange, agent: UserAgent, number: str, hz: int) -> None:
        self.number = number
        self.on_ring = OnRing.ANSWERS
        self.talks: list[Talk] = []
        """Its calls so far that were answered."""
        self._exchange = exchange
        self._agent = agent
        self._hz = hz
        self._call: Call | None = None
        self._keys: list[str] = []
        self._ringing = asyncio.Event()
        self._heard: deque[tuple[float, bytes]] = deque(maxlen=int(_KEPT / _PACE))
        self._aloud: deque[bytes] = deque()
        self.tape: bytearray | None = None
        """All that is heard from when it is an empty one, as samples of 16 bit."""
        agent.on_incoming(self._rung)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        return self._call is not None and self._call.state is CallState.ESTABLISHED

    @property
    def rings(self) -> bool:
        return self._call is not None and self._call.state is CallState.INCOMING

    @property
    def keys_heard(self) -> str:
        return "".join(self._keys)

    @property
    def shown(self) -> str:
        peer = self._call.peer if self._call else None
        return (peer or "").removeprefix("sip:").partition("@")[0]

    async def register(self) -> None:
        """Again, as after the switch was away: known to it on return. Raises ``BaresipError`` if it refuses."""
        await self._agent.unregister()
        await self._agent.register()

    async def call(self, number: str) -> None:
        self._use(await self._agent.dial(f"sip:{number}@{self._exchange.server}"))

    async def answer(self) -> None:
        async with asyncio.timeout(_PATIENCE):
            await self._ringing.wait()
        await self._line.answer()

    async def hang_up(self) -> None:
        await self._line.hangup()

    async def press(self, keys: str) -> None:
        await self._line.send_dtmf(keys, interdigit_ms=50)

    async def play(self, samples: Samples) -> None:
        """Instead of the voice, such as the tones of keys; returns when all is said."""
        whole = np.append(samples, np.zeros(-len(samples) % _FRAME)).astype("<i2").tobytes()
        self._aloud.extend(whole[at : at + 2 * _FRAME] for at in range(0, len(whole), 2 * _FRAME))
        await asyncio.sleep(len(samples) / RATE + _LAG)
        while self._aloud:  # noqa: ASYNC110 the pump empties it, and has no word for it
            await asyncio.sleep(_PACE)

    async def hush(self, seconds: float) -> None:
        """Say nothing for so long."""
        await self.play(np.zeros(int(seconds * RATE)))

    async def hold(self) -> None:
        await self._line.hold()

    async def retrieve(self) -> None:
        await self._line.resume()

    async def hears(self) -> frozenset[str]:
        await asyncio.sleep(_LAG)
        since = self._exchange.clock.monotonic()
        await asyncio.sleep(_WINDOW)
        pcm = b"".join(chunk for at, chunk in self._heard if at >= since)
        return tones(np.frombuffer(pcm, "<i2").astype(float), self._exchange.names)

    async def until_hears(self, names: Collection[str], within: float) -> None:
        """Wait until exactly these are heard. Raises ``TimeoutError`` after ``within`` seconds."""
        async with asyncio.timeout(within):
            while await self.hears() != set(names):
                pass

    async def hears_recording(self, recording: Samples, within: float) -> float:
        """Wait until it has been heard, in what was heard lately or will be; returns how much it was like it, of 1.

        Raises ``TimeoutError`` after ``within`` seconds.
        """
        async with asyncio.timeout(within):
            while True:
                pcm = b"".join(chunk for _, chunk in self._heard)
                alike = await asyncio.to_thread(likeness, np.frombuffer(pcm, "<i2").astype(float), recording)
                if alike > _ALIKE:
                    return alike
                await asyncio.sleep(_LISTEN_AGAIN)

    def forget(self) -> None:
        """What was heard until now has not been heard."""
        self._heard.clear()

    @property
    def _line(self) -> Call:
        assert self._call is not None, f"{self.number} has no call"
        return self._call

    def _use(self, call: Call) -> None:
        self._call = call
        call.on_dtmf(lambda event: self._keys.append(event.digit))
        self._exchange.pump(self, call)

    def _rung(self, call: Call) -> None:
        task = asyncio.get_running_loop().create_task(self._react(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _react(self, call: Call) -> None:
        self._use(call)
        self._ringing.set()
        try:
            if self.on_ring is OnRing.ANSWERS or _answers_itself(call):
                await call.answer()
            elif self.on_ring is OnRing.REJECTS:
                await call.reject()
        except BaresipError:
            pass  # the caller was quicker to give up

    async def carry(self, call: Call) -> None:
        """Talk, and keep what is heard, until the call is over."""
        talk = Talk(0.0)
        try:
            await self._talk(call, talk)
        finally:
            talk.ended = self._exchange.clock.monotonic()

    async def _talk(self, call: Call, talk: Talk) -> None:
        said = 0
        while call.state is not CallState.CLOSED:
            if not talk.began and call.state is CallState.ESTABLISHED:
                talk.began = self._exchange.clock.monotonic()
                self.talks.append(talk)
            try:
                info = call.audio.info()
                ahead = info.tx_buffered
                while info.tx_ready and ahead < (_ALOUD_AHEAD if self._aloud else _AHEAD):
                    call.audio.write(self._voice(said))
                    said, ahead = said + _FRAME, ahead + 2 * _FRAME
                if pcm := call.audio.read(8192):
                    self._heard.append((self._exchange.clock.monotonic(), pcm))
                    if self.tape is not None:
                        self.tape += pcm
            except (AudioNotActive, AudioRestarted):
                pass
            await asyncio.sleep(_PACE)

    def _voice(self, start: int) -> bytes:
        if self._aloud:
            return self._aloud.popleft()
        at = np.arange(start, start + _FRAME)
        return bytes((_LOUDNESS * np.sin(2 * np.pi * self._hz * at / RATE)).astype("<i2").tobytes())


def _answers_itself(call: Call) -> bool:
    return any("answer-after=0" in value for value in call.headers.values())
