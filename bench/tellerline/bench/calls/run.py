"""One run: a private Asterisk, the calls by a bare script, the same calls by the call centre, and what came of both."""

from __future__ import annotations

import asyncio
import math
import os
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import uvloop

from tellerline.adapters.clock import SystemClock
from tellerline.bench.calls.bare import BareScript
from tellerline.bench.calls.centre import Account, Centre, TimedSwitch
from tellerline.bench.calls.recordings import Heard, listen
from tellerline.bench.calls.telephones import Placed, Side, Telephones
from tellerline.bench.measure import cpu_seconds
from tellerline.bench.report import environment
from tellerline.connectors.asterisk import AsteriskSettings
from tellerline.connectors.telephony.events import Ended
from tellerline.simulators.servers.asterisk import AsteriskServer

_CLOCK = SystemClock()
_SPARE_SECONDS = 2.0
"""For how long an agent is taken beside the talk itself, at most, when nothing goes wrong."""
_PATIENCE = 20.0
_LEAST_SOUND = 0.5
"""Of the talk; a recording with less sound than that is silent."""

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsRun:
    """``rate`` calls a second for ``seconds``; the caller ends each ``talk`` seconds after it was answered.

    The floor places its calls at the same rate, for ``floor_seconds``.
    """

    rate: float = 10.0
    seconds: float = 30.0
    talk: float = 4.0
    floor_seconds: float = 15.0

    def calls(self, seconds: float) -> int:
        """Of one of the two sides."""
        return math.ceil(self.rate * seconds / 2)

    def sides(self) -> tuple[Side, Side]:
        agents = math.ceil(self.rate / 2 * (self.talk + _SPARE_SECONDS))
        numbers = [str(1001 + each) for each in range(2 * agents)]
        return (
            Side(
                number="95001",
                caller_speaks=True,
                agents=numbers[:agents],
                caller_ip="127.0.0.2",
                agent_ip="127.0.0.3",
            ),
            Side(
                number="95002",
                caller_speaks=False,
                agents=numbers[agents:],
                caller_ip="127.0.0.4",
                agent_ip="127.0.0.5",
            ),
        )


QUICK_CALLS = CallsRun(rate=3, seconds=5, talk=1.5, floor_seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsFigure:
    """Calls as callers, call centre and recordings tell of them. ``lost`` is how many of the calls ``planned`` did not
    come to talk with an agent, or did not end well. Waits, from the originating of the agent's call until it was
    bridged, are in milliseconds; CPU is in milliseconds a call, of Asterisk and of whoever commands it."""

    planned: int
    offered: int
    answered: int
    bridged: int
    lost: int
    recordings: int
    with_sound: int
    silent: int
    missing: int
    least_sound_seconds: float
    p50_ms: float
    p99_ms: float
    asterisk_cpu_ms: float
    controller_cpu_ms: float
    asterisk_cores: float
    controller_cores: float

    @property
    def whole(self) -> bool:
        """Nothing was lost, and both legs of every call were recorded with what was said."""
        return self.offered == self.planned and not self.lost and self.with_sound == 2 * self.planned


def run_calls(run: CallsRun, tell: Told) -> dict[str, Any]:
    """Measure and return the report. Blocks for a good minute; ``tell`` hears what is being done now.

    Raises ``ServerMissingError`` without Asterisk, ``ServerFailedError`` and ``BenchFailedError``.
    """
    sides = run.sides()
    with tempfile.TemporaryDirectory(prefix="tellerline-bench-") as folder:
        server = AsteriskServer([number for side in sides for number in side.agents])
        with server:
            bare, ours = uvloop.run(_Bench(run, server, Path(folder), tell).measure())
    return {
        "calls": asdict(ours),
        "floor": asdict(bare),
        "ratio_p50": round(ours.p50_ms / bare.p50_ms, 2) if bare.p50_ms else None,
        "whole": ours.whole,
        "load": asdict(run) | {"agents": sum(len(side.agents) for side in sides)},
        "environment": environment(),
    }


class _Bench:
    def __init__(self, run: CallsRun, server: AsteriskServer, folder: Path, tell: Told) -> None:
        self._run = run
        self._server = server
        self._folder = folder
        self._tell = tell
        self._sides = run.sides()
        self._telephones = Telephones(server, folder)
        self._settings = AsteriskSettings(
            url=server.url, app=server.controller, user=server.controller, password=server.controller_password
        )

    async def measure(self) -> tuple[CallsFigure, CallsFigure]:
        try:
            self._tell("registering telephones")
            for side in self._sides:
                await self._telephones.answer(side)
            bare = await self._by_the_bare_script()
            return bare, await self._by_the_call_centre()
        finally:
            await asyncio.to_thread(self._telephones.close)

    async def _by_the_bare_script(self) -> CallsFigure:
        self._tell("calls by a bare script")
        async with BareScript(self._settings, self._sides) as script:
            placed, spent = await self._dial(self._run.floor_seconds)
            await _CLOCK.sleep(1)
        account = Account(recordings=dict.fromkeys(script.recordings, Ended.DONE))
        good = placed.calls - placed.failed
        seconds, served = self._run.floor_seconds, len(script.waits)
        return self._figure(seconds, placed, account, script.waits, spent, answered=good, whole=served)

    async def _by_the_call_centre(self) -> CallsFigure:
        self._tell("the same by the call centre")
        switch = TimedSwitch(self._settings)
        centre = Centre(switch, self._folder, self._sides)
        await centre.open()
        try:
            placed, spent = await self._dial(self._run.seconds)
            await centre.ended(_PATIENCE)
            account = await centre.account()
        finally:
            await centre.close()
        seconds, came = self._run.seconds, len(account.arrived)
        return self._figure(seconds, placed, account, switch.waits(), spent, answered=came, whole=account.whole)

    async def _dial(self, seconds: float) -> tuple[Placed, _Spent]:
        begun, before = _CLOCK.monotonic(), self._cpu()
        sides = await asyncio.gather(
            *(
                self._telephones.dial(
                    side,
                    rate=self._run.rate / 2,
                    calls=self._run.calls(seconds),
                    talk=self._run.talk,
                    at_most=seconds + self._run.talk + _PATIENCE,
                )
                for side in self._sides
            )
        )
        asterisk, controller = (now - then for now, then in zip(self._cpu(), before, strict=True))
        placed = Placed(calls=sum(each.calls for each in sides), failed=sum(each.failed for each in sides))
        return placed, _Spent(asterisk, controller, _CLOCK.monotonic() - begun)

    def _cpu(self) -> tuple[float, float]:
        return cpu_seconds([self._server.pid]), cpu_seconds([os.getpid()])

    def _figure(
        self,
        seconds: float,
        placed: Placed,
        account: Account,
        waits: Sequence[float],
        spent: _Spent,
        *,
        answered: int,
        whole: int,
    ) -> CallsFigure:
        heard = listen(self._server.recordings, account.recordings, _LEAST_SOUND * self._run.talk)
        planned = 2 * self._run.calls(seconds)
        return CallsFigure(
            planned=planned,
            offered=placed.calls,
            answered=answered,
            bridged=len(waits),
            lost=max(placed.failed, planned - placed.calls, planned - whole, planned - len(waits)),
            recordings=len(account.recordings),
            **_of_recordings(heard, account),
            p50_ms=_percentile(waits, 50),
            p99_ms=_percentile(waits, 99),
            asterisk_cpu_ms=round(1e3 * spent.asterisk / planned, 1),
            controller_cpu_ms=round(1e3 * spent.controller / planned, 1),
            asterisk_cores=round(spent.asterisk / spent.seconds, 2),
            controller_cores=round(spent.controller / spent.seconds, 2),
        )


@dataclass(frozen=True, slots=True)
class _Spent:
    """CPU seconds of Asterisk and of whoever commands it, in so many seconds."""

    asterisk: float
    controller: float
    seconds: float


def _of_recordings(heard: Heard, account: Account) -> dict[str, Any]:
    broken = {name for name, end in account.recordings.items() if end is not Ended.DONE} - set(heard.silent)
    missing = broken | set(heard.missing)
    return {
        "with_sound": len(account.recordings) - len(missing) - len(heard.silent),
        "silent": len(heard.silent),
        "missing": len(missing),
        "least_sound_seconds": heard.seconds,
    }


def _percentile(seconds: Sequence[float], percent: int) -> float:
    if len(seconds) < 2:
        return 0.0
    return round(1e3 * statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1], 1)
