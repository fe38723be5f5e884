"""A whole call centre on a real Asterisk: the controller in a process of its own, a gateway and a bank behind it,
agents, leaders and callers with real telephones."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import grpc.aio
from asterisk_bench import tidy
from centre_controller import ORDERS, READY, ControllerOrders
from site_services import context
from telephones import Exchange, SipTelephone

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.agents.v1.agents_pb2_grpc import AgentServiceStub
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.api.calls.v1.calls_pb2_grpc import CallServiceStub
from tellerline.callcenter.ivr.library import load_flows
from tellerline.callcenter.ivr.wording import recordings
from tellerline.cli.system.embedded import Books, EmbeddedSystem, start_embedded
from tellerline.connectors.asterisk import AsteriskSettings
from tellerline.connectors.asterisk.rest import AriRest
from tellerline.gateway.settings import GatewaySettings
from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.servers.asterisk.configuration import MUSIC_HZ, write_tone
from tellerline.simulators.servers.asterisk.prompts import prompts
from tellerline.simulators.servers.ports import free_port

MUSIC, PROMPT, PIN_PROMPT = "music", "prompt", "PIN prompt"
"""The names under which music on hold, any prompt of a flow, and the one that asks for a PIN are heard."""
STRAIGHT = "95001"
"""The number of the flow that goes to the queue ``personal`` at once; every other number is the main menu's."""

_NAMES = {MUSIC_HZ: MUSIC, 2050: PROMPT, 2300: PIN_PROMPT}
_VOICES = (430, 480, 530, 580, 630, 1030, 1080, 1130, 1410, 1560, 1720, 1780, 1840, 1900)
"""None is near a tone of a key, so two voices at a time are taken for no key."""
_PROMPT_SECONDS = 0.2
_ASKS_FOR_PIN = ("verify-pin/type-pin/0", "verify-pin/two-left/0", "verify-pin/one-left/0")
_STEP = 0.02
_PATIENCE = 60.0
_START_SECONDS = 30
_CLOCK = SystemClock()
_STRAIGHT_FLOW = """
version = 1
title = { zh = "straight", en = "straight to an agent" }
start = "wait"
too_long = "bye"
wrong = "wrong"
silent = "silent"
failed = "bye"
[nodes.wait]
kind = "queue"
queue = "personal"
every = 60
released = "bye"
closed = "bye"
[nodes.bye]
kind = "hang_up"
prompts = ["goodbye"]
"""


@dataclass(frozen=True, slots=True)
class Staff:
    """So many agents ``A1``… at 1001…, and leaders ``L1``… at 1901…, all with the skills that ``personal`` asks for."""

    agents: int = 2
    leaders: int = 1

    @property
    def telephones(self) -> Mapping[str, str]:
        return {f"A{each}": str(1000 + each) for each in range(1, self.agents + 1)} | {
            f"L{each}": str(1900 + each) for each in range(1, self.leaders + 1)
        }

    @property
    def leads(self) -> Mapping[str, bool]:
        return {name: name.startswith("L") for name in self.telephones}


def centre_prompts(folder: Path, pin_seconds: float = 20) -> Path:
    """Fill a folder with tones for the prompts of the flows: each is short, but for those that ask for a PIN."""
    words = load_flows().prompts
    for language in prompts().iterdir():
        own = folder / language.name
        own.mkdir()
        for each in language.iterdir():
            (own / each.name).symlink_to(each)
        short, long = own / "short.wav", own / "long.wav"
        write_tone(short, 2050, _PROMPT_SECONDS)
        write_tone(long, 2300, pin_seconds)
        for name in recordings(words, language.name):
            path = own / f"{name}.wav"
            if path.parent.is_symlink():
                path.parent.unlink()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.symlink_to(long if name in _ASKS_FOR_PIN else short)
    return folder


def centre_server(prompts_folder: Path, staff: Staff, tone_callers: Sequence[str] = ()) -> AsteriskServer:
    """A switch with the staff's extensions, not started. ``tone_callers`` send keys as tones in band."""
    return AsteriskServer(tuple(staff.telephones.values()), prompts=prompts_folder, tone_callers=tone_callers)


def centre_flows(folder: Path, extra: Mapping[str, str] | None = None) -> Path:
    """Fill a folder with the flows as shipped, the one behind ``STRAIGHT``, and ``extra`` ones by their names."""
    shutil.copytree(str(files("tellerline.callcenter.ivr") / "data"), folder)
    for name, text in {"straight": _STRAIGHT_FLOW, **(extra or {})}.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return folder


class Controller:
    """The controller's process, one after the other on one store. What they log goes to one file."""

    def __init__(self, orders: ControllerOrders) -> None:
        self.orders = orders
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Returns when it serves."""
        await asyncio.to_thread(self._start)

    def kill(self) -> None:
        """With SIGKILL: it has no time to say goodbye."""
        self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """In good order."""
        await asyncio.to_thread(self._end, signal.SIGTERM)

    def _start(self) -> None:
        with self.orders.log.open("a") as log:
            process = subprocess.Popen(
                [sys.executable, str(Path(__file__).parent / "centre_controller.py")],
                env=os.environ | {"GRPC_ENABLE_FORK_SUPPORT": "0"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._process = process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(ORDERS.dump_json(self.orders).decode())
        process.stdin.close()
        said = process.stdout.readline().strip()
        assert said == READY, f"the controller failed: {self.orders.log.read_text()[-3000:]}"

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(_START_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None


@dataclass(kw_only=True)
class AsteriskCentre:
    """``folder`` holds all stores and logs but the switch's own. ``agents`` and ``calls`` are stubs as an agent's
    program uses them; they find the next controller after one was killed."""

    folder: Path
    staff: Staff
    server: AsteriskServer
    exchange: Exchange
    system: EmbeddedSystem
    controller: Controller
    agents: Any
    calls: Any
    phones: dict[str, SipTelephone] = field(default_factory=dict)

    async def pause(self, seconds: float) -> None:
        await _CLOCK.sleep(seconds)

    async def phone(self, who: str) -> SipTelephone:
        """An agent's or a leader's, registered; or that of somebody outside, by his number."""
        if who not in self.phones:
            number = self.staff.telephones.get(who, who)
            voice = _VOICES[len(self.phones) % len(_VOICES)]
            self.phones[who] = await self.exchange.telephone(number, voice, registers=number != who)
        return self.phones[who]

    async def sign_in(self, *who: str, ready: bool = True) -> None:
        """With their telephones at hand; not ready unless ``ready``."""
        for each in who:
            phone = await self.phone(each)
            await self.agents.SignIn(agents.SignInRequest(context=context(each), telephone=phone.number))
            if ready:
                request = agents.BecomeReadyRequest(context=context(each), agent=f"agents/{each}")
                await self.agents.BecomeReady(request)

    async def agent(self, who: str) -> agents.Agent:
        request = agents.GetAgentRequest(context=context(who), name=f"agents/{who}")
        reply: agents.Agent = await self.agents.GetAgent(request)
        return reply

    async def listed(self, viewer: str = "L1") -> Sequence[calls.Call]:
        """The calls that are up."""
        reply = await self.calls.ListCalls(calls.ListCallsRequest(context=context(viewer)))
        up: Sequence[calls.Call] = reply.calls
        return up

    async def until(self, true: Callable[[], Awaitable[bool]], patience: float = _PATIENCE) -> None:
        """Look again and again; raises ``TimeoutError`` when it never came to that."""
        async with asyncio.timeout(patience):
            while not await true():
                await self.pause(_STEP)

    async def call(self, caller: str, *agents_in: str) -> calls.Call:
        """The caller's call, once exactly these agents are in it."""
        wanted = [f"agents/{each}" for each in agents_in]
        found: list[calls.Call] = []

        async def there() -> bool:
            up = await self.listed()
            found[:] = [each for each in up if each.caller_number == caller and list(each.agents) == wanted]
            return bool(found)

        await self.until(there)
        return found[0]


async def hear(expected: Mapping[SipTelephone, Collection[str]], patience: float = _PATIENCE) -> None:
    """Wait until each telephone hears exactly what is expected, all at one time; fails with what they do hear."""
    wanted = {telephone.number: frozenset(names) for telephone, names in expected.items()}
    heard: dict[str, frozenset[str]] = {}
    until = _CLOCK.monotonic() + patience
    while _CLOCK.monotonic() < until:
        names = await asyncio.gather(*(telephone.hears() for telephone in expected))
        heard = dict(zip(wanted, names, strict=True))
        if heard == wanted:
            return
    raise AssertionError(f"heard {heard}, expected {wanted}")


@asynccontextmanager
async def asterisk_centre(
    folder: Path,
    server: AsteriskServer,
    staff: Staff,
    *,
    flows: Path | None = None,
    settings: Mapping[str, Any] | None = None,
    gateway: Mapping[str, Any] | None = None,
    customers: int = 40,
    traces: str = "",
) -> AsyncIterator[AsteriskCentre]:
    """On a switch that others used before, and may use after. ``settings`` are more of the site's, durations in
    seconds; ``gateway`` more of the gateway's. The controller tells its traces to the collector at ``traces``."""
    server.start()
    exchange = Exchange(f"127.0.0.1:{server.ports.sip}", server.extension_password, server.ports.trunk, _NAMES)
    async with exchange, bank_of(folder, customers, gateway or {}) as system:
        controller = Controller(
            ControllerOrders(
                ari=server.url,
                app=server.controller,
                password=server.controller_password,
                gateway=system.node.target,
                store=folder / "sites.db",
                flows=flows or centre_flows(folder / "flows"),
                staff=dict(staff.leads),
                port=free_port(),
                log=folder / "controller.log",
                settings=_site(settings or {}),
                traces=traces,
            )
        )
        async with _Running(controller), grpc.aio.insecure_channel(_address(controller)) as channel:
            yield AsteriskCentre(
                folder=folder,
                staff=staff,
                server=server,
                exchange=exchange,
                system=system,
                controller=controller,
                agents=AgentServiceStub(channel),
                calls=CallServiceStub(channel),
            )
        if server.running:
            await tidy(AriRest(_ari(server)))


def _site(given: Mapping[str, Any]) -> dict[str, Any]:
    shipped = {"entry_flow": "main-menu", "waiting_flow": "wait-for-agent", "flows": {STRAIGHT: "straight"}}
    return {**shipped, "wrap_up": 0, **given}


def _address(controller: Controller) -> str:
    return f"127.0.0.1:{controller.orders.port}"


def _ari(server: AsteriskServer) -> AsteriskSettings:
    return AsteriskSettings(
        url=server.url, app=server.controller, user=server.controller, password=server.controller_password
    )


class _Running:
    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    async def __aenter__(self) -> Self:
        await self._controller.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._controller.stop()


@asynccontextmanager
async def bank_of(folder: Path, customers: int, more: Mapping[str, Any]) -> AsyncIterator[EmbeddedSystem]:
    """A simulated bank with its gateway, in this process; ``more`` of the gateway's settings."""
    settings = GatewaySettings.model_validate({"store": {"path": folder / "journal.db"}, **more})
    log = os.open(folder / "gateway.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    books = Books(customers=customers, magic=False)
    system = await start_embedded(settings, books, clock=_CLOCK, randomness=SeededRandomness(1), log_descriptor=log)
    try:
        yield system
    finally:
        await system.stop()
        os.close(log)
