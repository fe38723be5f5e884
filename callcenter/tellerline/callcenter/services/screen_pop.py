"""``GetScreenPop`` and ``GetCallGrant``: who calls, and what whoever serves him may do for him."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice

from tellerline.api.calls.v1 import calls_pb2 as pb
from tellerline.callcenter.proof import Proof
from tellerline.callcenter.services.asking import Desk
from tellerline.callcenter.services.caller_knowledge import MOST, CallerKnowledge, Known
from tellerline.callcenter.services.convert import duration, identifier, instant, named
from tellerline.callcenter.services.refusals import RefusalError
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.standings import Standings
from tellerline.callcenter.site.state import Call, SiteState
from tellerline.callcenter.site.words import Place
from tellerline.routing.calls.model import RoutingPlan
from tellerline.routing.calls.why import title_of

ProofOf = Callable[[str], Proof | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the site itself knows, and what its customer has proved."""

    number: str
    internal: bool
    serving: bool
    proof: Proof | None
    earlier: Sequence[pb.EarlierCall]
    nodes: Sequence[str]
    queue: str
    waited: timedelta

    @property
    def opened(self) -> Proof | None:
        """What whoever looks may see by it."""
        return self.proof if self.serving else None


class ScreenPops:
    """``proof_of`` says what a call's customer has proved; ``waiting_flow`` is the one that those who wait hear."""

    def __init__(
        self, desk: Desk, knowledge: CallerKnowledge, proof_of: ProofOf, plan: RoutingPlan, waiting_flow: str = ""
    ) -> None:
        self._desk = desk
        self._knowledge = knowledge
        self._proof_of = proof_of
        self._plan = plan
        self._waiting_flow = waiting_flow

    async def pop(self, request: pb.GetScreenPopRequest) -> pb.ScreenPop:
        actor, name = self._desk.actor(request), identifier(request.name, "calls", "name")
        asked = await self._see(name, actor)
        known = await self._knowledge.of(name, "" if asked.internal else asked.number, actor, asked.opened)
        seen = await self._see(name, actor)  # while the bank was asked, another agent may have got the customer
        if seen.opened != asked.opened:
            known = known.unproved()
        pop = self._drawn(name, seen, known, english=request.context.language_code.lower().startswith("en"))
        if not _alone_has_the_number(known):
            for call in pop.earlier_calls:
                call.ClearField("entries")
        return pop

    async def grant(self, request: pb.GetCallGrantRequest) -> pb.CallGrant:
        actor, name = self._desk.actor(request), identifier(request.name, "calls", "name")

        def read(state: SiteState) -> Proof | None:
            if not _serves(_found(state, name), actor, state):
                raise RefusalError(Why.NOT_IN_CALL)
            return self._proof_of(name)

        proof = await self._desk.look(read)
        return pb.CallGrant(token=proof.token, customer=proof.customer) if proof else pb.CallGrant()

    async def _see(self, name: str, actor: str) -> _Seen:
        return await self._desk.survey(lambda standings: self._look(standings, name, actor))

    def _look(self, standings: Standings, name: str, actor: str) -> _Seen:
        state = standings.state
        call = _found(state, name)
        if not (self._desk.leads(actor) or _takes_part(call, actor, state)):
            raise RefusalError(Why.NOT_IN_CALL)
        number = _number(call)
        return _Seen(
            number=number,
            internal=number in {agent.telephone for agent in state.agents.values()},
            serving=_serves(call, actor, state),
            proof=self._proof_of(name),
            earlier=[_earlier(each) for each in islice(_others(state, call, number), MOST)],
            nodes=[node for node, _ in groupby(call.record.nodes)],
            queue=call.request.queue if call.request else "",
            waited=_waited(call, standings.at),
        )

    def _drawn(self, name: str, seen: _Seen, known: Known, *, english: bool) -> pb.ScreenPop:
        return pb.ScreenPop(
            call=f"calls/{name}",
            customer_number=seen.number,
            category=_category(seen, known),
            customer_hints=known.hints or (),
            customer=known.customer,
            accounts=known.accounts,
            transactions=[
                pb.RecentTransaction(
                    name=each.name,
                    accept_time=each.info.accept_time,
                    channel=each.channel,
                    operation=each.operation,
                    state=each.info.state,
                    masked_account_number=each.masked_account_number,
                    amount=each.amount if each.HasField("amount") else None,
                )
                for each in known.transactions
            ],
            open_tickets=[
                pb.OpenTicket(
                    name=f"tickets/{each.id}", kind=each.kind.value, step=each.step, open_time=instant(each.opened_at)
                )
                for each in known.tickets
            ],
            earlier_calls=seen.earlier,
            nodes=seen.nodes,
            topic=_topic(seen.nodes, self._waiting_flow),
            queue=named("queues", seen.queue),
            queue_display_name=title_of(self._plan.queues, seen.queue, "en" if english else "zh-CN"),
            wait_duration=duration(seen.waited),
            missing_parts=known.missing,
            customer_view=known.view,
            interactions=known.interactions,
        )


def _found(state: SiteState, name: str) -> Call:
    call = state.call(name)
    if call is None:
        raise RefusalError(Why.NO_SUCH_CALL)
    return call


def _serves(call: Call, actor: str, state: SiteState) -> bool:
    return call.id in state.calls and call.agent == actor and actor in call.agents


def _takes_part(call: Call, actor: str, state: SiteState) -> bool:
    """In the call, offered it, or at work after it."""
    agent = state.agents.get(actor)
    if agent is None:
        return False
    offered = state.reservations.get(agent.reservation)
    return actor in call.agents or agent.call == call.id or (offered is not None and offered.call == call.id)


def _number(call: Call) -> str:
    return call.called if call.origin else call.caller


def _others(state: SiteState, call: Call, number: str) -> Sequence[Call]:
    """Kept calls of the same number, the last begun first."""
    if not number:
        return []
    kept = [*state.ended.values(), *state.calls.values()]
    found = [each for each in kept if each is not call and _number(each) == number and each.began <= call.began]
    return sorted(found, key=lambda each: each.began, reverse=True)


def _earlier(call: Call) -> pb.EarlierCall:
    agents = [segment.name for segment in call.record.segments if segment.kind == "AGENT"]
    return pb.EarlierCall(
        call=f"calls/{call.id}",
        begin_time=instant(call.began),
        end_time=instant(call.ended),
        queue=named("queues", call.request.queue if call.request else ""),
        agent=named("agents", agents[-1] if agents else ""),
        entries=call.record.entries,
    )


def _alone_has_the_number(known: Known) -> bool:
    """Whether the customer who has proved who he is has registered the number, and nobody else has."""
    return known.customer is not None and [hint.customer for hint in known.hints or ()] == [known.customer.name]


def _topic(nodes: Sequence[str], waiting_flow: str) -> str:
    """The last flow within another, as ``balance`` of ``main-menu/balance.hear``; else the last one at all."""
    flow = ""
    inner = ""
    for node in nodes:
        outer, _, place = node.partition("/")
        within = place.rpartition(".")[0]
        if waiting_flow not in (outer, within):
            flow, inner = outer, within or inner
    return inner or flow


def _waited(call: Call, now: datetime) -> timedelta:
    stretches = [segment for segment in call.record.segments if segment.kind == Place.QUEUE]
    return sum(((stretch.ended or now) - stretch.began for stretch in stretches), timedelta())


def _category(seen: _Seen, known: Known) -> pb.CallerCategory.ValueType:
    if seen.proof is not None:
        return pb.CALLER_CATEGORY_VERIFIED
    if seen.internal:
        return pb.CALLER_CATEGORY_INTERNAL
    if known.hints is None:
        return pb.CALLER_CATEGORY_UNKNOWN
    return pb.CALLER_CATEGORY_CUSTOMER if known.hints else pb.CALLER_CATEGORY_UNSIGNED
