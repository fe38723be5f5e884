"""``tellerline up`` with its call centre: over its contract on the simulated switch, and by ear on Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc.aio
import orjson
import pytest
from command_line import CommandLine
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from site_services import context
from system_process import SystemProcess

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.agents.v1.agents_pb2_grpc import AgentServiceStub
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.api.calls.v1.calls_pb2_grpc import CallServiceStub
from tellerline.api.common.v1.context_pb2 import CHANNEL_AGENT, RequestContext
from tellerline.api.tickets.v1 import tickets_pb2 as tickets
from tellerline.api.tickets.v1.tickets_pb2_grpc import TicketServiceStub
from tellerline.callcenter.ivr.library import load_flows
from tellerline.callcenter.ivr.wording import texts
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.population import PIN, Person
from tellerline.simulators.servers.asterisk.configuration import MUSIC_HZ
from tellerline.simulators.servers.asterisk.installation import install
from tellerline.simulators.servers.asterisk.prompts import prompts
from tellerline.simulators.servers.fixtures import or_skip
from tellerline.simulators.telephones.exchange import Exchange, SipTelephone
from tellerline.simulators.telephones.hearing import wav_samples
from tests.docs.terminal import terminal_environment

CUSTOMERS, PATIENCE = 30, 240
CALLER, AGENT, EXTENSION = "13800138000", "A1001", "1001"
HEALTH = ("", "tellerline.api.agents.v1.AgentService", "tellerline.api.tickets.v1.TicketService")
FILE = """
[store]
path = "{folder}/journal.db"
[call_centre]
period = "day"
wrap_up_seconds = 0
"""


@dataclass
class Contract:
    """What answers at the call centre, asked by one agent."""

    agents: Any
    calls: Any
    tickets: Any
    health: HealthStub

    async def sign_in(self) -> None:
        await self.agents.SignIn(agents.SignInRequest(context=context(AGENT), telephone=EXTENSION))
        await self.agents.BecomeReady(agents.BecomeReadyRequest(context=context(AGENT), agent=f"agents/{AGENT}"))

    async def agent(self) -> agents.Agent:
        found: agents.Agent = await self.agents.GetAgent(
            agents.GetAgentRequest(context=context(AGENT), name=f"agents/{AGENT}")
        )
        return found

    async def up(self) -> list[calls.Call]:
        return list((await self.calls.ListCalls(calls.ListCallsRequest(context=context(AGENT)))).calls)

    async def ticket(self, name: str = "") -> tickets.Ticket:
        """The one of that name, or a new one."""
        who = RequestContext(channel=CHANNEL_AGENT, channel_serial="T1", agent=AGENT)
        if name:
            found: tickets.Ticket = await self.tickets.GetTicket(tickets.GetTicketRequest(context=who, name=name))
            return found
        details = tickets.TicketDetails(
            text="吞卡", contact=CALLER, category="service", nature="delay", department="cards"
        )
        written = tickets.Ticket(flow="complaint", details=details)
        made: tickets.Ticket = await self.tickets.CreateTicket(tickets.CreateTicketRequest(context=who, ticket=written))
        return made


@asynccontextmanager
async def contract(said: Mapping[str, Any]) -> AsyncIterator[Contract]:
    async with grpc.aio.insecure_channel(said["call_centre"]) as channel:
        yield Contract(
            AgentServiceStub(channel), CallServiceStub(channel), TicketServiceStub(channel), HealthStub(channel)
        )


async def simulated(said: Mapping[str, Any], do: str, **fields: str) -> Any:
    """One thing done at the simulated telephones."""
    host, _, port = said["telephones"].rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(orjson.dumps({"id": 1, "do": do, **fields}) + b"\n")
    answer = orjson.loads(await asyncio.wait_for(reader.readline(), 60))
    writer.close()
    assert "error" not in answer, answer
    return answer["result"]


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 120) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 another process does it
            await asyncio.sleep(0.05)


async def hears(said: Mapping[str, Any], names: Collection[str]) -> bool:
    heard = (await simulated(said, "phone", number=CALLER))["hears"]
    return any(name in each for each in heard for name in names)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return terminal_environment(tmp_path / "home")


async def test_a_site_outlives_its_system(environment: dict[str, str], tmp_path: Path) -> None:
    """Signed in, a call up, a ticket written; killed; and found again."""
    file = tmp_path / "tellerline.toml"
    file.write_text(FILE.format(folder=tmp_path))
    options = ("--config", str(file), "--customers", str(CUSTOMERS))
    first = await SystemProcess.start(environment, tmp_path, *options)
    try:
        async with contract(first.said) as asked:
            for name in HEALTH:
                health = await asked.health.Check(HealthCheckRequest(service=name))
                assert health.status == HealthCheckResponse.SERVING
            await asked.sign_in()
            await reach_agent(first.said)
            await until(lambda: is_in_call(asked))
            ticket = await asked.ticket()
            (before,) = await asked.up()
            await look_from_the_command_line(CommandLine(environment), before.name)
    finally:
        await first.kill()
    second = await SystemProcess.start(environment, tmp_path, *options)
    try:
        async with contract(second.said) as asked:
            await until(lambda: is_free(asked))
            assert await asked.up() == []
            ended = await asked.calls.GetCall(calls.GetCallRequest(context=context(AGENT), name=before.name))
            assert ended.name == before.name
            assert await asked.ticket(ticket.name) == ticket
    finally:
        assert await second.stop() == 0


async def look_from_the_command_line(shell: CommandLine, call: str) -> None:
    listed, up, shown, status, wrong = await asyncio.gather(
        shell.json("agents", "list"),
        shell.json("calls", "list"),
        shell.run("calls", "show", call.removeprefix("calls/")),
        shell.json("status"),
        shell.run("telephone", CALLER, "press"),
    )
    assert [(each["name"], each["state"]) for each in listed["agents"]] == [(f"agents/{AGENT}", "AGENT_STATE_BUSY")]
    assert [each["name"] for each in up["calls"]] == [call]
    assert f"Agent {AGENT} was free, and first of those free" in shown.out
    assert (status["call_centre"]["agents"], status["call_centre"]["calls"]) == ({"busy": 1}, {"talk": 1})
    assert (wrong.code, "line 1" in wrong.err) == (1, True)


async def reach_agent(said: Mapping[str, Any]) -> None:
    """A caller from outside presses through the menu until he and the agent hear each other."""
    await simulated(said, "outside", number=CALLER)
    await simulated(said, "call", number=CALLER, to="95588")
    await until(lambda: hears(said, ["choose-language"]))
    await simulated(said, "press", number=CALLER, keys="2")
    await until(lambda: hears(said, ["for-balance"]))
    await simulated(said, "press", number=CALLER, keys="0")
    await until(lambda: hears(said, [EXTENSION]))


async def is_in_call(asked: Contract) -> bool:
    return bool((await asked.agent()).state == agents.AGENT_STATE_BUSY)


async def is_free(asked: Contract) -> bool:
    return (await asked.agent()).state in {agents.AGENT_STATE_READY, agents.AGENT_STATE_NOT_READY}


@pytest.mark.realtime
async def test_real_telephones_on_asterisk(environment: dict[str, str], tmp_path: Path) -> None:
    """A caller hears the recordings of the menu, types his PIN, hears his balance, and talks to an agent; the demo does
    the same by itself, beside it."""
    with or_skip():
        await asyncio.to_thread(install)
    shell = CommandLine(environment, patience=PATIENCE)
    demo = asyncio.create_task(shell.run("demo", "--exit", "--switch", "asterisk", "--json"))
    options = ("--switch", "asterisk", "--customers", str(CUSTOMERS))
    system = await SystemProcess.start(environment, tmp_path, *options)
    try:
        assert (system.said["switch"], EXTENSION in system.said["extensions"]) == ("asterisk", True)
        password = system.said["extension_password"]
        async with (
            contract(system.said) as asked,
            Exchange(system.said["sip"], password, 0, {MUSIC_HZ: "music"}) as exchange,
        ):
            agent = await exchange.telephone(EXTENSION, 1130, registers=True)
            caller = await exchange.telephone(CALLER, 440, registers=False)
            await asked.sign_in()
            await talk(caller, agent)
            (call,) = await asked.up()
            assert (call.caller_number, list(call.agents)) == (CALLER, [f"agents/{AGENT}"])
            await caller.hang_up()
            await until(lambda: is_over(asked))
    finally:
        assert await system.stop() == 0
        shown = await demo
    assert shown.code == 0, shown.err
    check_demo(shown.document["scenes"]["call"])


async def talk(caller: SipTelephone, agent: SipTelephone) -> None:
    spoken = await asyncio.to_thread(prompts, texts(load_flows().prompts))
    await caller.call("95588")
    for language, heard, keys in (
        ("zh", "main-menu/choose-language", "2"),
        ("en", "main-menu/for-balance", "1"),
        ("en", "verify-pin/type-number", f"{customer().customer.number}#"),
        ("en", "verify-pin/type-pin", PIN),
        ("en", "balance/balance", "*"),
        ("en", "main-menu/for-balance", "0"),
    ):
        await caller.hears_recording(wav_samples(spoken / language / f"{heard}/0.wav"), 60)
        caller.forget()
        await caller.press(keys)
    await asyncio.gather(caller.until_hears({EXTENSION}, 60), agent.until_hears({CALLER}, 60))
    assert agent.keys_heard == ""


def customer() -> Person:
    """Somebody with one account, the same as in the system's own bank."""
    people = SimulatedBank(SystemClock(), SeededRandomness(1)).load_population(1, CUSTOMERS).people
    return next(person for person in reversed(people) if len(person.accounts) == 1)


async def is_over(asked: Contract) -> bool:
    return await asked.up() == []


def check_demo(scene: dict[str, Any]) -> None:
    assert scene["switch"] == "asterisk"
    assert scene["loss_report"]["state"] == "STATE_IN_FORCE"
    assert scene["after"] == "GRANT_EXPIRED"
    assert len(scene["heard"]) == 6
    assert min(scene["heard"].values()) > 0.7
