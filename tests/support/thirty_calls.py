"""Thirty-two calls at once, in every state that a call can be in, each by the name of its state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import grpc.aio
from call_floor import Floor, disagreements
from controller_process import Controller
from severing_proxy import SeveringProxy
from site_services import context
from switch_bench import HOTLINE, OnRing, Telephone

from tellerline.adapters.clock import SystemClock
from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.agents.v1.agents_pb2_grpc import AgentServiceStub
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.api.calls.v1.calls_pb2_grpc import CallServiceStub
from tellerline.callcenter.site.state import Call, SiteState
from tellerline.callcenter.site.words import LegState, Place
from tellerline.simulators.population import PIN, Person

SERVED = (
    *("talk", "caller-left", "agent-left", "held", "held-gone", "inside-rings", "inside", "outside-rings"),
    *("outside-picked-up", "outside", "conference-in", "conference-out", "pin", "away", "silent", "whisper"),
    *("barge-in", "closing", "wrap-up", "grant", "grant-gone", "resumed"),
)
"""An agent has, or had, each of these calls."""
RINGING = ("ringing", "picked-up", "ringing-gone")
WAITING = ("queued", "queued-gone", "callback")
ALONE = ("playing", "collecting", "secret", "bank")
OUT = ("out-rings", "out-picked-up")
CALLS = (*SERVED, *RINGING, *WAITING, *ALONE, *OUT)
VERIFIED = ("grant", "grant-gone")

AGENTS = {f"A{each}": str(1000 + each) for each in range(1, len(SERVED) + len(RINGING) + len(OUT) + 4)}
LEADERS = {f"L{each}": str(1900 + each) for each in range(1, 4)}
EXTENSIONS = frozenset((*AGENTS.values(), *LEADERS.values()))
_CLOCK = SystemClock()
_STEP = 0.1
_PATIENCE = 90.0
_ONCE_MORE = 10.0


class Bar:
    """What the programs of agents ask of a controller."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.agents: Any = AgentServiceStub(channel)
        self._calls: Any = CallServiceStub(channel)

    async def sign_in(self, agent: str, *, ready: bool = True) -> None:
        telephone = (AGENTS | LEADERS)[agent]
        await self.agents.SignIn(agents.SignInRequest(context=context(agent), telephone=telephone))
        if ready:
            await self.of_agent("BecomeReady", agent)

    async def of_agent(self, verb: str, agent: str, /, **fields: Any) -> None:
        request = getattr(agents, f"{verb}Request")(context=context(agent), agent=f"agents/{agent}", **fields)
        await getattr(self.agents, verb)(request)

    async def of_call(self, verb: str, agent: str, call: str, /, **fields: Any) -> None:
        request = getattr(calls, f"{verb}Request")(context=context(agent), call=f"calls/{call}", **fields)
        await getattr(self._calls, verb)(request)


class ThirtyCalls:
    """``ids`` are the calls by their names, ``served`` the agents who serve them, ``callers`` the customers'
    telephones."""

    def __init__(self, floor: Floor, controller: Controller, bar: Bar, people: Sequence[Person]) -> None:
        self.floor = floor
        self.controller = controller
        self.bar = bar
        self.people = dict(zip((*VERIFIED, "secret", "bank", "pin"), people, strict=False))
        self.ids: dict[str, str] = {}
        self.served: dict[str, str] = {}
        self.callers: dict[str, Telephone] = {}
        self.grants: dict[str, str] = {}
        self._free = iter(AGENTS)
        self._looking: asyncio.Task[SiteState] | None = None

    # Looking

    async def until(self, true: Callable[[SiteState], bool], patience: float = _PATIENCE) -> SiteState:
        limit = _CLOCK.monotonic() + patience
        while True:
            state = await self._seen()
            if true(state):
                return state
            assert _CLOCK.monotonic() < limit, f"{self.places(state)}\n{self.controller.complaints()[-2000:]}"
            await asyncio.sleep(_STEP)

    async def _seen(self) -> SiteState:
        """A state of just now, one for all who look at the same time."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self.controller.state())
        return await asyncio.shield(self._looking)

    def call(self, state: SiteState, name: str) -> Call:
        found = state.call(self.ids[name])
        assert found is not None, name
        return found

    def places(self, state: SiteState) -> str:
        """Where each call is, in words."""
        found = ((name, state.call(call)) for name, call in self.ids.items())
        words = [f"{name}: {call.place} {call.node} {call.agent}" for name, call in found if call is not None]
        return "; ".join([*words, *(f"{agent.id}: {agent.state} {agent.cause}" for agent in state.agents.values())])

    async def at(self, name: str, node: str) -> None:
        """Wait until the caller's flow is there."""
        await self.until(lambda state: self.call(state, name).node == node)

    async def balance_told(self, name: str) -> None:
        """Give the PIN, and wait until the caller has heard his balance and is back in the menu."""
        state = await self.pin_given(name, lambda call: "main-menu/balance.tell" in call.record.nodes)
        if self.call(state, name).node == "balance.tell":
            await self.callers[name].press("*")
        await self.at(name, "menu")

    async def pin_given(self, name: str, enough: Callable[[Call], bool]) -> SiteState:
        """Type the PIN, and again where it was not taken for the right one: on a busy machine keys may get lost."""
        answered, limit = "", _CLOCK.monotonic() + _PATIENCE
        while not enough(self.call(state := await self._seen(), name)):
            asked = await self._secured(name)
            if asked not in ("", answered):
                answered = asked
                await self.callers[name].press(PIN)
            assert _CLOCK.monotonic() < limit, f"the PIN of {name} was not taken: {self.places(state)}"
            await asyncio.sleep(_STEP)
        return state

    async def placed(self, name: str, place: Place) -> None:
        await self.until(lambda state: self.call(state, name).place is place)

    async def secured(self, name: str) -> None:
        """Wait until the switch keeps the caller's keys to itself."""
        assert await self._secured_within(name, _PATIENCE), f"nobody asks {name} for a PIN"

    async def _secured_within(self, name: str, seconds: float) -> bool:
        limit = _CLOCK.monotonic() + seconds
        while not await self._secured(name):
            if _CLOCK.monotonic() > limit:
                return False
            await asyncio.sleep(_STEP)
        return True

    async def _secured(self, name: str) -> str:
        """The collection for which the switch keeps the caller's keys to itself; empty: it does not."""
        call = self.call(await self._seen(), name)
        leg = call.legs.get(call.customer)
        if leg is None or (await self.floor.truth()).secured.get(leg.id) != leg.collection:
            return ""
        return leg.collection

    async def settled(self, patience: float = _PATIENCE) -> None:
        """Wait until the site believes what is true at the switch."""
        limit = _CLOCK.monotonic() + patience
        while wrong := disagreements(await self.controller.state(), await self.floor.truth()):
            assert _CLOCK.monotonic() < limit, wrong
            await asyncio.sleep(_STEP)

    async def phone(self, agent: str) -> Telephone:
        return await self.floor.telephone((AGENTS | LEADERS)[agent])

    async def outside(self, name: str, on_ring: OnRing = OnRing.ANSWERS) -> Telephone:
        """The telephone outside that has to do with the call of this name."""
        phone = await self.floor.telephone(f"1390000{sorted(CALLS).index(name):04}")
        phone.on_ring = on_ring
        return phone

    # Bringing about

    async def begin(self) -> None:
        """Bring all calls about. Afterwards no agent who is ready is free."""
        await asyncio.gather(*(self._sign_in(next(self._free)) for _ in SERVED))
        await asyncio.gather(*(self._ring_up(name) for name in SERVED))
        await asyncio.gather(*(self._verified(name) if name in VERIFIED else self._to_queue(name) for name in SERVED))
        state = await self.until(lambda state: all(self.call(state, name).place is Place.TALK for name in SERVED))
        self.served = {name: self.call(state, name).agent for name in SERVED}
        for name in VERIFIED:
            self.grants[name] = await self.controller.grant(self.ids[name])
        await self._consult()
        await self._supervise()
        await self._part()
        await self._offer()
        await self._call_out()

    async def begin_last(self, gateway: SeveringProxy) -> None:
        """What does not last: prompts, keys, and a bank that does not answer."""
        await asyncio.gather(*(self._ring_up(name) for name in ALONE))
        await asyncio.gather(*(self.at(name, "language") for name in ALONE))
        waits = [self._identified(name) for name in ("secret", "bank")]
        await asyncio.gather(self._numbered("collecting"), *waits)
        await self._still_numbered("collecting")
        gateway.mute()
        await self.callers["bank"].press(PIN)
        await self.callers["secret"].press(PIN[:2])
        await self.callers["collecting"].press("12")
        await self.at("bank", "verify-pin.check-1")

    async def begin_unheard(self) -> None:
        """What the controller has decided, and the switch never hears of."""
        self.floor.link.swallow()
        await self.bar_of("resumed", "Resume")
        await self.bar_of("closing", "Release")

    async def _sign_in(self, agent: str, on_ring: OnRing = OnRing.ANSWERS) -> str:
        (await self.phone(agent)).on_ring = on_ring
        await self.bar.sign_in(agent)
        return agent

    async def _ring_up(self, name: str) -> None:
        phone = self.callers[name] = await self.floor.telephone(f"1380000{CALLS.index(name):04}")
        await phone.call(HOTLINE)
        state = await self.until(lambda state: any(each.caller == phone.number for each in state.calls.values()))
        (self.ids[name],) = (call.id for call in state.calls.values() if call.caller == phone.number)

    async def _to_menu(self, name: str) -> None:
        await self.at(name, "language")
        await self.callers[name].press("1")
        await self.at(name, "menu")

    async def _to_queue(self, name: str, key: str = "0") -> None:
        await self._to_menu(name)
        await self.callers[name].press(key)

    async def _numbered(self, name: str) -> None:
        """Where the balance asks for the customer's number."""
        await self._to_menu(name)
        await self.callers[name].press("1")
        await self.at(name, "verify-pin.number")

    async def _still_numbered(self, name: str) -> None:
        """Who waited there too long for others is back in the menu by now, or was hung up on and calls again."""
        call = (await self._seen()).call(self.ids[name])
        if call is None or not call.node:
            await self._ring_up(name)
            await self._numbered(name)
        elif call.node == "menu":
            await self.callers[name].press("1")
            await self.at(name, "verify-pin.number")

    async def _identified(self, name: str) -> None:
        """Where the balance asks for the PIN."""
        await self._numbered(name)
        await self._number_given(name)

    async def _number_given(self, name: str) -> None:
        """Type the customer's number, and again where it was not taken: also after three wrong ones, of which the flow
        goes back to the menu."""
        limit = _CLOCK.monotonic() + _PATIENCE
        while True:
            call = self.call(state := await self._seen(), name)
            assert _CLOCK.monotonic() < limit, f"the number of {name} was not taken: {self.places(state)}"
            if call.node == "menu":
                await self.callers[name].press("1")
                await self.at(name, "verify-pin.number")
            elif call.node == "verify-pin.number":
                await self.callers[name].press(f"{self.people[name].customer.number}#")
            if await self._secured_within(name, _ONCE_MORE):
                return

    async def _verified(self, name: str) -> None:
        """With an agent, after the balance."""
        await self._identified(name)
        await self.balance_told(name)
        await self.callers[name].press("0")

    async def bar_of(self, name: str, verb: str, **fields: Any) -> None:
        """A key of the bar of the agent who serves the call."""
        await self.bar.of_call(verb, self.served[name], self.ids[name], **fields)

    async def _consult(self) -> None:
        await self._inside("inside-rings", calls.PURPOSE_HELP, OnRing.RINGS)
        await self._inside("inside", calls.PURPOSE_HELP)
        await self._inside("conference-in", calls.PURPOSE_CONFERENCE)
        await self._outside("outside-rings", calls.PURPOSE_HELP, OnRing.RINGS)
        await self._outside("outside-picked-up", calls.PURPOSE_HELP, OnRing.RINGS)
        await self._outside("outside", calls.PURPOSE_HELP)
        await self._outside("conference-out", calls.PURPOSE_CONFERENCE)
        await self._outside("away", calls.PURPOSE_TRANSFER)
        await self.placed("away", Place.OUTSIDE)

    async def _inside(self, name: str, purpose: int, on_ring: OnRing = OnRing.ANSWERS) -> None:
        colleague = await self._sign_in(next(self._free), on_ring)
        await self.bar_of(name, "Consult", colleague=f"agents/{colleague}", purpose=purpose)
        await self.called(name, colleague, on_ring)

    async def _outside(self, name: str, purpose: int, on_ring: OnRing = OnRing.ANSWERS) -> None:
        number = (await self.outside(name, on_ring)).number
        await self.bar_of(name, "Consult", number=number, purpose=purpose)
        await self.called(name, number, on_ring)

    async def called(self, name: str, party: str, on_ring: OnRing) -> None:
        wanted = LegState.ALERTING if on_ring is OnRing.RINGS else LegState.CONNECTED

        def there(state: SiteState) -> bool:
            legs = self.call(state, name).legs.values()
            return any(leg.party == party and leg.state is wanted for leg in legs)

        await self.until(there)

    async def _supervise(self) -> None:
        modes = (calls.SUPERVISION_SILENT, calls.SUPERVISION_WHISPER, calls.SUPERVISION_BARGE_IN)
        for leader, name, mode in zip(LEADERS, ("silent", "whisper", "barge-in"), modes, strict=True):
            await self.phone(leader)
            await self.bar.sign_in(leader, ready=False)
            agent = f"agents/{self.served[name]}"
            await self.bar.of_call("Supervise", leader, self.ids[name], agent=agent, supervision=mode)
            await self.called(name, leader, OnRing.ANSWERS)

    async def _part(self) -> None:
        for name in ("held", "held-gone", "resumed"):
            await self.bar_of(name, "Hold")
        await self.bar_of("pin", "TransferToIvr", flow="agent-pin", returns=True)
        await self.secured_after_number("pin")
        await self.callers["pin"].press(PIN[:3])
        await self.callers["wrap-up"].hang_up()
        await self.placed("wrap-up", Place.ENDED)

    async def secured_after_number(self, name: str) -> None:
        await self.at(name, "verify-pin.number")
        await self._number_given(name)

    async def _offer(self) -> None:
        """Calls that ring at agents, then those for whom nobody is left."""
        for name in RINGING:
            agent = self.served[name] = await self._sign_in(next(self._free), OnRing.RINGS)
            await self._ring_up(name)
            await self._to_queue(name)
            await self.called(name, agent, OnRing.RINGS)
        for name in WAITING:
            await self._ring_up(name)
            await self._to_queue(name, "4" if name == "callback" else "0")
            await self.placed(name, Place.QUEUE)
        await self._keep_place()

    async def _keep_place(self) -> None:
        """A callback instead of waiting, as soon as it is offered."""
        await self.until(lambda state: "callback" in str(self.call(state, "callback").data))
        await self.callers["callback"].press("1")
        await self.at("callback", "which-number")
        await self.callers["callback"].press("1")
        await self.placed("callback", Place.CALLBACK)

    async def _call_out(self) -> None:
        for name in OUT:
            agent = self.served[name] = next(self._free)
            await self.phone(agent)
            await self.bar.sign_in(agent, ready=False)
            number = (await self.outside(name, OnRing.RINGS)).number
            self.ids[name] = f"out-{name}"
            await self.bar.of_call("CallOut", agent, self.ids[name], number=number)
            await self.called(name, number, OnRing.RINGS)
