"""A call centre put together: one site, its flows, its contract, and what it does at the gateway."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import grpc.aio
from google.protobuf.descriptor import ServiceDescriptor

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log
from tellerline.callcenter.call_trace import CallTracing
from tellerline.callcenter.front import CallCentreFront
from tellerline.callcenter.gateway_client import Asker, GatewayClient
from tellerline.callcenter.gateway_errors import GatewayError
from tellerline.callcenter.ivr.library import Flows
from tellerline.callcenter.ivr.self_service import SelfService
from tellerline.callcenter.live.feed import Feed
from tellerline.callcenter.live.follower import Follower
from tellerline.callcenter.live.ivr_desk import IvrDesk
from tellerline.callcenter.live.log import FactLog
from tellerline.callcenter.live.loop import SiteLoop, Surroundings
from tellerline.callcenter.live.records import Recorded
from tellerline.callcenter.live.telling import SpanTeller
from tellerline.callcenter.pin_seal import PinSeals
from tellerline.callcenter.proof import Proof
from tellerline.callcenter.services import agents, calls, queues
from tellerline.callcenter.services.asking import Desk
from tellerline.callcenter.services.call_events import CallEvents
from tellerline.callcenter.services.caller_knowledge import CallerKnowledge, OpenTickets
from tellerline.callcenter.services.messages import Messages
from tellerline.callcenter.services.recordings import Recordings
from tellerline.callcenter.services.roster import Listed
from tellerline.callcenter.services.screen_pop import ScreenPops
from tellerline.callcenter.settings import FrontSettings
from tellerline.callcenter.site.facts import CallEnded, GrantEnds
from tellerline.callcenter.site.settings import SiteSettings
from tellerline.callcenter.site.state import SiteState
from tellerline.connectors.telephony.switch import Seal, Switch

_GRANT_ENDS = frozenset({GrantEnds.__name__, CallEnded.__name__})
_OF_THE_SITE = (agents.SERVICE, calls.SERVICE, queues.SERVICE)
_OF_NO_CALL = Asker(call="", step="centre-pin-key")


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreParts:
    """What a call centre is made of. ``gateway`` is a channel to the bank's gateway; ``period`` tells of an instant
    whether it is ``day``, ``night`` or ``holiday``, ``region`` where a caller's number belongs. ``beside`` are further
    services on the same front, each with its handlers; ``open_tickets`` are those of a customer number."""

    settings: SiteSettings
    log: FactLog
    switch: Switch
    gateway: grpc.aio.Channel
    flows: Flows
    roster: Mapping[str, Listed]
    period: Callable[[datetime], str]
    clock: Clock
    logger: Log
    region: Callable[[str], str] = lambda number: ""
    front: FrontSettings = field(default_factory=FrontSettings)
    beside: Sequence[tuple[ServiceDescriptor, object]] = ()
    open_tickets: OpenTickets | None = None
    tracing: CallTracing = field(default_factory=CallTracing)


class CallCentre:
    """Runs from ``start`` to ``close``; calls outlive it at the switch, and the next one goes on with them.

    A grant that a customer's PIN has earned ends with his call, with its transfer to another agent and with an
    intercept. At a transfer and an intercept the gateway ends it before customer and new agent hear each other, or a
    second has passed without its answer; a hang-up nothing can precede: there it is told at once. Either way it is told
    again and again until it has heard, also by the next process.
    """

    def __init__(self, parts: CentreParts) -> None:
        self._parts = parts
        self._gateway = GatewayClient(parts.gateway, tracing=parts.tracing)
        self._seals = PinSeals(lambda: self._gateway.pin_key(_OF_NO_CALL))
        self._banks: dict[str, SelfService] = {}
        self.feed = Feed(parts.log)
        self.loop = SiteLoop(
            parts.settings,
            Surroundings(
                log=parts.log,
                feed=self.feed,
                switch=parts.switch,
                seal_for=self._seal_for,
                tell_ivr=lambda news: self._ivr.tell(news),  # noqa: PLW0108 the desk is made after the loop
                clock=parts.clock,
                logger=parts.logger,
                end_grant=self._end_grant,
                on_superseded=lambda: self._front.withdraw(_OF_THE_SITE),
            ),
        )
        self._spans = SpanTeller(parts.tracing, log=parts.log, feed=self.feed, logger=parts.logger)
        self._ivr = IvrDesk(
            parts.flows,
            ask=self.loop.ask,
            facts=self._facts,
            open_bank=self._open_bank,
            waiting_flow=parts.settings.waiting_flow,
            clock=parts.clock,
            logger=parts.logger,
        )
        self._grants = Follower(
            "grants",
            _GRANT_ENDS,
            self._end_grants,
            log=parts.log,
            feed=self.feed,
            clock=parts.clock,
            logger=parts.logger,
        )
        self.feed.listen(self._hear, self._unheard)
        self._front = CallCentreFront(self._services(), parts.logger, parts.front)

    async def start(self) -> int:
        """The port on which its contract is served. Raises as ``SiteLoop.start``."""
        await self.loop.start()
        await self._grants.start()
        self._spans.start()
        return await self._front.start()

    async def close(self) -> None:
        await self._front.close()
        await self._ivr.close()
        await self._grants.close()
        await self._spans.close()
        await self.loop.close()

    def proof_of(self, call: str) -> Proof | None:
        """What the call's customer has earned by his PIN, until it ends."""
        bank = self._banks.get(call)
        return None if bank is None else bank.proof

    def _services(self) -> Sequence[tuple[ServiceDescriptor, object]]:
        parts = self._parts
        desk, plan = Desk(self.loop, parts.roster), parts.settings.plan
        knowledge = CallerKnowledge(self._gateway, parts.clock, parts.open_tickets)
        pops = ScreenPops(desk, knowledge, self.proof_of, plan, parts.settings.waiting_flow)
        handlers = calls.CallHandlers(
            desk,
            CallEvents(desk, parts.log, self.feed),
            pops,
            recordings=Recordings(desk, self.feed, plan, parts.switch.fetch_recording),
            messages=Messages(desk, plan),
            tracing=parts.tracing,
        )
        return [
            (agents.SERVICE, agents.AgentHandlers(desk, self.feed)),
            (calls.SERVICE, handlers),
            (queues.SERVICE, queues.QueueHandlers(desk, self.feed, plan)),
            *parts.beside,
        ]

    async def _seal_for(self, leg: str) -> Seal:
        def call_of(state: SiteState) -> str:
            return state.legs[leg]

        return await self._seals.seal(await self.loop.look(call_of))

    async def _facts(self, call: str) -> Mapping[str, str]:
        def caller(state: SiteState) -> str:
            found = state.call(call)
            return "" if found is None else found.caller

        number = await self.loop.look(caller)
        period = self._parts.period(self._parts.clock.now())
        return {
            "language": "zh",
            "tier": "unknown",
            "period": period,
            "region": self._parts.region(number),
            "caller": number,
        }

    async def _end_grant(self, call: str) -> None:
        await self._gateway.revoke_grants(Asker(call=call, step="leaves"))

    def _open_bank(self, call: str) -> SelfService:
        bank = self._banks[call] = SelfService(self._gateway, call, seals=self._seals)
        return bank

    def _hear(self, recorded: Recorded) -> None:
        """Forget a grant at once, whenever the gateway may hear of its end."""
        if recorded.entry.kind in _GRANT_ENDS and recorded.entry.call in self._banks:
            self._banks[recorded.entry.call].forget_proof()

    def _unheard(self) -> None:
        """Some grant may have ended, and nobody knows whose: forget them all."""
        for bank in self._banks.values():
            bank.forget_proof()

    async def _end_grants(self, recorded: Recorded) -> None:
        call, over = recorded.entry.call, recorded.entry.kind == CallEnded.__name__
        self._hear(recorded)
        if over:
            self._ivr.forget(call)
        await self._gateway.revoke_grants(Asker(call=call, step=f"end-{recorded.position}"))
        if over:
            await self._tell_history(call, recorded.entry.at)
            self._banks.pop(call, None)

    async def _tell_history(self, call: str, at: datetime) -> None:
        """Of a customer who proved in the call who he was. Nothing waits for it: what is not taken is lost."""
        bank = self._banks.get(call)
        if bank is None or not bank.proved:
            return
        asker = Asker(call=call, step="history", customer=bank.proved)
        try:
            await self._gateway.tell_history(asker, "CALL", "call_ended", call, at)
        except GatewayError as error:
            self._parts.logger.warning("history_not_told", call=call, code=error.code)
