"""A call centre in a process of its own: ``python controller_process.py PLAN`` runs one until it is killed.

It prints a JSON line when it serves its contract and one when it has converged with the switch, and answers each line
that it is given: ``state`` with all that it knows, ``last`` with the position of its feed, ``grant CALL`` with the
token that the caller has earned.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc.aio

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.lines.tcp import tcp_connect
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.callcenter.centre import CallCentre, CentreParts
from tellerline.callcenter.ivr.library import load_flows
from tellerline.callcenter.live.codec import state_from_json, state_to_json
from tellerline.callcenter.live.log import FactLog, postgresql_log, sqlite_log
from tellerline.callcenter.live.records import EVERYTHING
from tellerline.callcenter.services.roster import Listed
from tellerline.callcenter.settings import FrontSettings
from tellerline.callcenter.site.facts import Converged
from tellerline.callcenter.site.settings import SiteSettings
from tellerline.callcenter.site.state import SiteState
from tellerline.connectors.asterisk import AsteriskSettings, AsteriskSwitch
from tellerline.connectors.softswitch.switch import SoftswitchConnector
from tellerline.connectors.telephony.switch import Switch
from tellerline.routing.calls.model import AgentProfile, RoutingPlan, Step, StepKind
from tellerline.routing.calls.plan import load_plan

RECONNECT = [
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 100),
]
"""Options of a channel that finds the next controller at once."""
_CLOCK = SystemClock()
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerPlan:
    """What a controller works with. ``store`` is a file, or a PostgreSQL DSN with a ``schema``. ``softswitch`` is the
    port of one; without it ``asterisk`` has the fields of its connector's settings. ``gateway`` is a target, ``port``
    that of the contract; who is on ``leaders`` leads. ``flows`` is a folder instead of the shipped ones,
    ``numbers`` are those that lead elsewhere than into the main menu; ``wrap_up`` is in seconds."""

    store: str
    schema: str = ""
    softswitch: int = 0
    asterisk: dict[str, Any] | None = None
    gateway: str
    port: int
    agents: list[str]
    leaders: list[str]
    flows: str = ""
    numbers: dict[str, str] = field(default_factory=dict)
    wrap_up: float = 600.0


def _settings(plan: ControllerPlan) -> SiteSettings:
    """Nobody's patience ends by itself, but for who waits for a loan: he may be called back."""
    return SiteSettings(
        name="main",
        plan=_patient(load_plan(None)),
        entry_flow="main-menu",
        waiting_flow="wait-for-agent",
        closing_flow="satisfaction",
        offer_timeout=timedelta(seconds=120),
        ring=timedelta(seconds=120),
        wrap_up=timedelta(seconds=plan.wrap_up),
        flows=plan.numbers,
    )


def _patient(plan: RoutingPlan) -> RoutingPlan:
    personal = replace(plan.queues["personal"], steps=(Step(kind=StepKind.EXACT, proficiency=1),))
    offered = (Step(kind=StepKind.EXACT, proficiency=1, until=0.5), Step(kind=StepKind.CALLBACK))
    loans = replace(plan.queues["loans"], steps=offered)
    return replace(plan, queues={**plan.queues, "personal": personal, "loans": loans})


class Controller:
    """One process after another on one plan; ``serving`` and ``converged`` are the seconds that the last one took."""

    def __init__(self, plan: ControllerPlan, folder: Path) -> None:
        self._plan = plan
        self._file = folder / "controller.json"
        self._log = folder / "controller.log"
        self._process: Process | None = None
        self._asking = asyncio.Lock()
        self._up = asyncio.Event()
        self.began = self.serving = self.converged = 0.0

    async def start(self) -> None:
        """Return when it has converged with the switch."""
        self._file.write_text(json.dumps(asdict(self._plan)), "utf-8")
        self.began = _CLOCK.monotonic()
        with self._log.open("ab") as log:
            process = self._process = await asyncio.create_subprocess_exec(
                sys.executable, __file__, str(self._file), stdin=PIPE, stdout=PIPE, stderr=log, limit=1 << 24
            )
        assert await self._said(process), self.complaints()[-3000:]
        self.serving = _CLOCK.monotonic() - self.began
        assert await self._said(process), self.complaints()[-3000:]
        self.converged = _CLOCK.monotonic() - self.began
        self._up.set()

    async def state(self) -> SiteState:
        return state_from_json(json.dumps(await self._ask("state")).encode())

    async def grant(self, call: str) -> str:
        """The token that the call's customer has earned from this process; empty without one."""
        token: str = await self._ask(f"grant {call}")
        return token

    async def last(self) -> int:
        """The position of the newest fact."""
        position: int = await self._ask("last")
        return position

    async def kill(self) -> None:
        """With SIGKILL. Idempotent."""
        self._up.clear()
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def complaints(self) -> str:
        """What all processes so far have logged."""
        return self._log.read_text("utf-8") if self._log.exists() else ""

    async def _ask(self, question: str) -> Any:
        """Of the next process, if this one is killed before it answers."""
        while True:
            await self._up.wait()
            async with self._asking:
                process = self._process
                assert process is not None
                assert process.stdin is not None
                with suppress(ConnectionError):
                    process.stdin.write(f"{question}\n".encode())
                said = await self._said(process)
            if said is not None:
                return said["answer"]

    async def _said(self, process: Process) -> dict[str, Any] | None:
        """The next line; None if it was killed."""
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), _PATIENCE)
        assert line or not self._up.is_set(), f"the controller is gone: {self.complaints()[-3000:]}"
        said: dict[str, Any] | None = json.loads(line) if line else None
        return said


def _centre(plan: ControllerPlan, gateway: grpc.aio.Channel) -> CallCentre:
    parts = CentreParts(
        settings=_settings(plan),
        log=log_of(plan),
        switch=_switch_of(plan),
        gateway=gateway,
        flows=load_flows(Path(plan.flows) if plan.flows else None),
        roster={agent: Listed(_profile(agent), agent in plan.leaders) for agent in (*plan.agents, *plan.leaders)},
        period=lambda at: "day",
        clock=_CLOCK,
        logger=make_log(_CLOCK, LogWriter(2), level="warning"),
        front=FrontSettings(port=plan.port),
    )
    return CallCentre(parts)


def _profile(agent: str) -> AgentProfile:
    return AgentProfile(id=agent, skills={"cards": 8, "credit": 8}, languages=frozenset({"zh", "en"}))


def log_of(plan: ControllerPlan) -> FactLog:
    """Not started."""
    if plan.schema:
        return postgresql_log(plan.store, _CLOCK, schema=plan.schema)
    return sqlite_log(Path(plan.store))


def _switch_of(plan: ControllerPlan) -> Switch:
    if plan.softswitch:
        return SoftswitchConnector(tcp_connect("127.0.0.1", plan.softswitch), _CLOCK, SystemRandomness())
    assert plan.asterisk is not None
    return AsteriskSwitch(AsteriskSettings(**plan.asterisk), _CLOCK)


async def _serve(plan: ControllerPlan) -> None:
    begins = _CLOCK.now()
    async with grpc.aio.insecure_channel(plan.gateway) as gateway:
        centre = _centre(plan, gateway)
        await centre.start()
        _say({"serving": True})
        async for recorded in centre.feed.follow(0, EVERYTHING):
            if recorded.entry.kind == Converged.__name__ and recorded.entry.at >= begins:
                break
        _say({"converged": True})
        questions = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(questions), sys.stdin)
        while question := (await questions.readline()).decode().split():
            if question[0] == "state":
                body = await centre.loop.look(state_to_json)
                sys.stdout.write(f'{{"answer":{body.decode()}}}\n')
                sys.stdout.flush()
            elif question[0] == "last":
                _say({"answer": centre.feed.last})
            else:
                proof = centre.proof_of(question[1])
                _say({"answer": proof.token if proof else ""})


def _say(words: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(ControllerPlan(**json.loads(Path(sys.argv[1]).read_text("utf-8")))))
