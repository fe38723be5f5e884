"""A whole call centre on virtual time: the simulated switch, the centre, the gateway and the bank, each in earnest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc.aio
from google.protobuf import message_factory
from google.type.date_pb2 import Date
from ivr_bank import IvrBank, ivr_bank
from live_site import CALLER, EXTENSIONS, ROSTER, SETTINGS
from site_services import context

from tellerline.adapters.clock import SeededRandomness
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.api.accounts.v1 import accounts_pb2, accounts_pb2_grpc
from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.agents.v1.agents_pb2_grpc import AgentServiceStub
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.api.calls.v1.calls_pb2_grpc import CallServiceStub
from tellerline.api.common.v1.context_pb2 import CHANNEL_AGENT, RequestContext
from tellerline.callcenter.centre import CallCentre, CentreParts
from tellerline.callcenter.ivr.library import load_flows
from tellerline.callcenter.live.log import sqlite_log
from tellerline.callcenter.live.loop import SiteUnavailableError
from tellerline.connectors.softswitch.switch import SoftswitchConnector
from tellerline.gateway.client.errors import CanonicalError
from tellerline.simulators.population import PIN, Person
from tellerline.simulators.softswitch.phones import OnRing
from tellerline.simulators.softswitch.playing import PromptTable
from tellerline.simulators.softswitch.switch import SoftSwitch

ACCOUNTS = accounts_pb2.DESCRIPTOR.services_by_name["AccountService"]
AS_SHIPPED = replace(SETTINGS, entry_flow="main-menu", waiting_flow="wait-for-agent")


_TRIES = 500
_DISK_PATIENCE = 0.03
"""Real seconds for which the site's disk is waited for before time goes on."""


class Counting(grpc.aio.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]
    """Knows how many calls are ``under_way`` on its channel."""

    def __init__(self) -> None:
        self.under_way = 0

    async def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        self.under_way += 1
        call = await continuation(details, request)
        call.add_done_callback(self._over)
        return call

    def _over(self, _call: Any) -> None:
        self.under_way -= 1


@dataclass
class World:
    bank: IvrBank
    soft: SoftSwitch
    centre: CallCentre
    agents: Any
    calls: Any
    gateway: grpc.aio.Channel
    port: int
    switch: SoftswitchConnector
    asking: Counting
    serial: int = 0
    number: str = CALLER
    """The caller's."""

    async def pass_time(self, seconds: float) -> None:
        """In small steps, none of which begins before what the one before brought about is on the site's disk; no
        faster than real time while the bank is asked for anything, for its gateway's disk is as slow as it is."""
        target = self.bank.clock.monotonic() + seconds
        while (left := target - self.bank.clock.monotonic()) > 0:
            await self.bank.clock.advance(min(left, 0.001 if self.asking.under_way else 0.05))
            await asyncio.sleep(0.001)
            with suppress(SiteUnavailableError, TimeoutError):
                async with asyncio.timeout(_DISK_PATIENCE):
                    await self.centre.loop.look(lambda state: None)

    async def ask(self, call: Awaitable[Any]) -> Any:
        asked = asyncio.ensure_future(call)
        while not asked.done():
            await self.pass_time(0.02)
        return await asked

    async def until(self, true: Callable[[], bool], seconds: float = 90) -> None:
        for _ in range(int(seconds * 20)):
            if true():
                return
            await self.pass_time(0.05)
        raise AssertionError(f"never; the caller hears {self.caller.hears()}")

    @property
    def caller(self) -> Any:
        return self.soft.outside(self.number)

    async def hears(self, prompt: str) -> None:
        await self.until(lambda: any(f"sound:{prompt}/" in name for name in self.caller.hears()))

    async def press(self, keys: str) -> None:
        self.caller.press(keys)
        await self.pass_time(0.3)

    async def sign_in(self, agent: str) -> None:
        await self.ask(self.agents.SignIn(agents.SignInRequest(context=context(agent), telephone=EXTENSIONS[agent])))
        await self.ask(
            self.agents.BecomeReady(agents.BecomeReadyRequest(context=context(agent), agent=f"agents/{agent}"))
        )

    async def talk(self, agent: str) -> calls.Call:
        """With this agent, once each hears the other."""
        phone = self.soft.extension(EXTENSIONS[agent])
        await self.until(lambda: self.caller.hears() == {phone.number} and phone.hears() == {self.number})
        (call,) = (await self.ask(self.calls.ListCalls(calls.ListCallsRequest(context=context(agent))))).calls
        return call

    async def grant(self, call: str, agent: str = "A1") -> calls.CallGrant:
        """What this agent's program is given."""
        request = calls.GetCallGrantRequest(context=context(agent), name=f"calls/{call}")
        given: calls.CallGrant = await self.ask(self.calls.GetCallGrant(request))
        return given

    async def answers(
        self, person: Person, call: str, grant: str, agent: str = "A1", traceparent: str = ""
    ) -> dict[str, str]:
        """What the gateway answers an agent's program, by method of the account service: OK, or a code."""
        stub = accounts_pb2_grpc.AccountServiceStub(self.gateway)
        return {
            method: await self._answer(getattr(stub, method), request, traceparent)
            for method, request in self._requests(person, call, grant, agent).items()
        }

    def _requests(self, person: Person, call: str, grant: str, agent: str) -> dict[str, Any]:
        customer = f"customers/{person.customer.number}"
        account = f"{customer}/accounts/1"
        day = Date(year=2026, month=3, day=1)
        fields: dict[str, dict[str, Any]] = {
            "ListAccounts": {"parent": customer},
            "GetBalance": {"name": f"{account}/balance"},
            "ListStatementEntries": {"parent": account, "start_date": day, "end_date": day},
            "GetLossReport": {"name": f"{account}/lossReport"},
            "ReportLoss": {"account": account},
        }
        assert set(fields) == set(ACCOUNTS.methods_by_name)
        requests = {}
        for method, values in fields.items():
            self.serial += 1
            asker = RequestContext(
                channel=CHANNEL_AGENT,
                channel_serial=f"agent-{self.serial}",
                customer=customer,
                grant=grant,
                call=call,
                agent=agent,
            )
            message: Any = message_factory.GetMessageClass(ACCOUNTS.methods_by_name[method].input_type)
            requests[method] = message(context=asker, **values)
        return requests

    async def answers_at_last(self, person: Person, call: str, grant: str, agent: str = "A1") -> dict[str, str]:
        """``answers``, once the grant is good for nothing any more, or when that was waited for in vain."""
        stub = accounts_pb2_grpc.AccountServiceStub(self.gateway)
        for _ in range(_TRIES):
            request = self._requests(person, call, grant, agent)["ListAccounts"]
            if await self._answer(stub.ListAccounts, request, "") == "GRANT_EXPIRED":
                break
        return await self.answers(person, call, grant, agent)

    async def _answer(self, method: Any, request: Any, traceparent: str) -> str:
        metadata = (("traceparent", traceparent),) if traceparent else ()
        try:
            await self.ask(method(request, timeout=30, metadata=metadata))
        except grpc.aio.AioRpcError as failure:
            return CanonicalError.from_rpc(failure).code
        return "OK"

    async def waits_verified(self, person: Person) -> str:
        """The customer has typed his PIN and heard his balance, and waits for an agent; the call's id."""
        self.caller.call("95588")
        await self.hears("main-menu/choose-language")
        await self.press("1")
        await self.hears("main-menu/for-balance")
        await self.press("1")
        await self.hears("verify-pin/type-number")
        await self.press(f"{person.customer.number}#")
        await self.hears("verify-pin/type-pin")
        await self.pass_time(2)
        await self.press(PIN)
        await self.hears("balance/balance")
        await self.press("*")
        await self.hears("main-menu/for-agent")
        await self.press("0")
        (call,) = await self.ask(self.centre.loop.look(lambda state: list(state.calls)))
        return str(call)

    async def unproved(self) -> str:
        """A call whose customer asks for an agent and has proved nothing, and is with A1 now; its id."""
        self.caller.call("95588")
        await self.hears("main-menu/choose-language")
        await self.press("1")
        await self.hears("main-menu/for-agent")
        await self.press("0")
        return str((await self.talk("A1")).name.removeprefix("calls/"))

    async def proves(self, call: str, person: Person, *, thinks: float = 2) -> None:
        """A1 sends the caller to type his PIN, which takes him some seconds, and has him back."""
        there = calls.TransferToIvrRequest(context=context("A1"), call=f"calls/{call}", flow="verify-pin", returns=True)
        await self.ask(self.calls.TransferToIvr(there))
        await self.hears("verify-pin/type-number")
        await self.press(f"{person.customer.number}#")
        await self.hears("verify-pin/type-pin")
        await self.pass_time(thinks)
        await self.press(PIN)
        await self.talk("A1")

    async def screen(self, call: str, agent: str = "A1") -> calls.ScreenPop:
        """What this agent's program is shown of who calls."""
        request = calls.GetScreenPopRequest(context=context(agent, english=False), name=f"calls/{call}")
        shown: calls.ScreenPop = await self.ask(self.calls.GetScreenPop(request))
        return shown

    async def verified(self, person: Person) -> tuple[str, str]:
        """A call whose customer has typed his PIN and heard his balance, and is with A1 now; its id, its grant."""
        await self.sign_in("A1")
        await self.waits_verified(person)
        talk = await self.talk("A1")
        call = talk.name.removeprefix("calls/")
        grant = (await self.grant(call)).token
        assert grant
        answers = await self.answers(person, call, grant, traceparent=talk.traceparent)
        assert answers.pop("GetLossReport") == "LOSS_REPORT_NOT_FOUND"
        assert set(answers.values()) == {"OK"}
        return call, grant


@asynccontextmanager
async def centre_world(folder: Path, **parts: Any) -> AsyncIterator[World]:
    """``parts`` of the centre that are not the usual ones."""
    asking: Any = Counting()
    async with (
        ivr_bank(folder) as bank,
        grpc.aio.insecure_channel(bank.system.node.target, interceptors=[asking]) as gateway,
    ):
        clock = bank.clock
        soft = SoftSwitch(clock, SeededRandomness("switch"), prompts=PromptTable(sounds={}, other=1.5))
        for number in EXTENSIONS.values():
            soft.extension(number).on_ring = OnRing.ANSWERS
        switch = SoftswitchConnector(soft.connect, clock, SeededRandomness("connector"))
        centre = CallCentre(
            CentreParts(
                settings=AS_SHIPPED,
                log=sqlite_log(folder / "sites.db"),
                switch=switch,
                gateway=gateway,
                flows=load_flows(),
                roster=ROSTER,
                period=lambda at: "day",
                clock=clock,
                logger=make_log(clock, LogWriter(2), level="error"),
                **parts,
            )
        )
        port = await centre.start()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stubs = AgentServiceStub(channel), CallServiceStub(channel)
            yield World(bank, soft, centre, *stubs, gateway, port, switch, asking)
        await centre.close()
        soft.power_off()
