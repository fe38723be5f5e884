"""Telephones by the dozen: SIPp as callers and as agents, with real media on loopback.

Of the two ends of a call one speaks and the other sends back what it hears. So sound in the recording of the end that
has no voice of its own went through the switch from the one to the other; there are as many calls of each kind.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from signal import SIGTERM

from tellerline.adapters.clock import SystemClock
from tellerline.bench.worker import BenchFailedError
from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.servers.asterisk.installation import installed
from tellerline.simulators.servers.ports import free_port
from tellerline.simulators.servers.process import ServerProcess

_VOICE = "voice.ul"
_SPEAKS = f'<nop><action><exec rtp_stream="{_VOICE},-1,0,PCMU/8000"/></action></nop>'
_MEDIA_FIRST, _MEDIA_LAST = 20_000, 29_998
_REGISTERING_SECONDS = 30
_STOP_SECONDS = 5.0
_LOOK_SECONDS = 0.1
_CLOCK = SystemClock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two kinds of calls: who dials ``number`` speaks or not, and is served by ``agents`` who do not or do.

    ``caller_ip`` and ``agent_ip`` are loopback addresses of its own.
    """

    number: str
    caller_speaks: bool
    agents: Sequence[str]
    caller_ip: str
    agent_ip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What callers say of their calls: how many they placed, and how many did not end well."""

    calls: int
    failed: int


class Telephones:
    """SIPp processes in ``folder``, for one server."""

    def __init__(self, server: AsteriskServer, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._running: list[ServerProcess] = []
        (folder / _VOICE).write_bytes((b"\xa0" * 10 + b"\x20" * 10) * 400)

    async def answer(self, side: Side) -> None:
        """Register the agents' telephones of one side; from then on they answer at once until ``close``."""
        port = free_port()
        self._sipp("agent", side.agent_ip, not side.caller_speaks, "-p", str(port))
        password = self._server.extension_password
        lines = [
            f"{number};{side.agent_ip}:{port};[authentication username={number} password={password}]"
            for number in side.agents
        ]
        (self._folder / "agents.csv").write_text("\n".join(["SEQUENTIAL", *lines, ""]))
        registered = await self._placing(
            "register", side.agent_ip, False, "-inf", "agents.csv", "-m", str(len(lines)), "-r", "50",
            "-timeout", str(_REGISTERING_SECONDS),
        )  # fmt: skip
        if registered != Placed(calls=len(lines), failed=0):
            raise BenchFailedError(f"telephones did not register: {registered}")

    async def dial(self, side: Side, *, rate: float, calls: int, talk: float, at_most: float) -> Placed:
        """Place ``calls`` calls, ``rate`` a second; each is ended by its caller ``talk`` seconds after it was answered.
        All is over in ``at_most`` seconds, whatever becomes of them."""
        return await self._placing(
            "caller", side.caller_ip, side.caller_speaks, "-s", side.number, "-d", str(round(talk * 1000)),
            "-m", str(calls), "-r", str(round(rate * 1000)), "-rp", "1000000", "-l", str(calls),
            "-recv_timeout", "10000", "-timeout", str(round(at_most)),
        )  # fmt: skip

    def close(self) -> None:
        """Blocks for seconds."""
        for process in self._running:
            process.stop(SIGTERM, _STOP_SECONDS)

    async def _placing(self, role: str, ip: str, speaks: bool, *arguments: str) -> Placed:
        stat = self._folder / f"{role}-{ip}.csv"
        stat.unlink(missing_ok=True)
        target = f"127.0.0.1:{self._server.ports.sip}"
        process = self._sipp(role, ip, speaks, *arguments, "-trace_stat", "-stf", stat.name, "-fd", "1", target)
        while process.running:
            await _CLOCK.sleep(_LOOK_SECONDS)
        try:
            last = list(csv.DictReader(stat.read_text().splitlines(), delimiter=";"))[-1]
            return Placed(calls=int(last["TotalCallCreated"]), failed=int(last["FailedCall(C)"]))
        except (OSError, IndexError, KeyError, ValueError) as error:
            raise BenchFailedError(f"{role}s left no account of their calls: {error!r}") from None

    def _sipp(self, role: str, ip: str, speaks: bool, *arguments: str) -> ServerProcess:
        scenario = self._folder / f"{role}-{ip}.xml"
        text = (files("tellerline.bench.calls") / "scenarios" / f"{role}.xml").read_text("utf-8")
        port = "[rtpstream_audio_port]" if speaks else "[media_port]"
        scenario.write_text(text.replace("@MEDIA_PORT@", port).replace("@VOICE@", _SPEAKS if speaks else ""))
        media = ["-min_rtp_port", str(_MEDIA_FIRST), "-max_rtp_port", str(_MEDIA_LAST)]
        program = installed()
        process = ServerProcess(
            program.command(
                "sipp", "-sf", scenario.name, "-i", ip, "-mi", ip, *media, *([] if speaks else ["-rtp_echo"]),
                "-nostdin", *arguments,
            ),
            directory=self._folder,
            log=self._folder / f"sipp-{role}-{ip}.log",
            environment={**program.environment, "TERM": "dumb"},
        )  # fmt: skip
        self._running.append(process)
        return process
