"""Between site and router: events in, decisions carried out in the order in which they were taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import ivr, offers, waits
from tellerline.callcenter.site.state import Call
from tellerline.callcenter.site.turn import Turn
from tellerline.callcenter.site.words import AgentState, OfferKind, Place, ReservationState
from tellerline.routing.calls import decisions as d
from tellerline.routing.calls import model
from tellerline.routing.calls.model import StepKind
from tellerline.routing.calls.state import AgentState as SeatState


def feed(turn: Turn, decisions: Sequence[d.Decision]) -> None:
    """Carry out the router's decisions; those to which carrying out leads come after them."""
    turn.decisions.extend(decisions)
    if turn.deciding:
        return
    turn.deciding = True
    while turn.decisions:
        _carry_out(turn, turn.decisions.popleft())
    turn.deciding = False


def agent_ready(turn: Turn, agent: str) -> Sequence[d.Decision]:
    """Tell the router, unless it was the router that freed the agent."""
    if turn.router.agent_state(agent) in (SeatState.READY, SeatState.RESERVED):
        return ()
    return turn.router.agent_ready(turn.seconds, agent)


def enter(turn: Turn, call: Call) -> None:
    """Let the router have the call that has just entered its queue."""
    assert call.waiting is not None
    feed(turn, turn.router.call_entered(turn.seconds, routed(call)))


def routed(call: Call) -> model.Call:
    """The call as the router knows it."""
    assert call.waiting is not None
    request = call.waiting.request
    return model.Call(
        id=call.id,
        queue=request.queue,
        call_class=request.call_class,
        language=request.language,
        licences=request.licences,
        clearance=request.clearance,
        parties=request.parties,
        dedicated=request.dedicated,
        excluded=request.excluded,
        entered=request.place.timestamp(),
    )


def leave(turn: Turn, call: str) -> None:
    """Take the call out of the router, if it is there."""
    if turn.router.state_of(call) is not None:
        feed(turn, turn.router.call_left(turn.seconds, call))


def instant(seconds: float) -> datetime:
    """The first instant that is not before ``seconds``."""
    at = datetime.fromtimestamp(seconds, UTC)
    return at if at.timestamp() >= seconds else at + timedelta(microseconds=1)


def _carry_out(turn: Turn, decision: d.Decision) -> None:
    match decision:
        case d.Offer():
            _offer(turn, decision)
        case d.Refused(reservation=number, reason=reason, excluded_until=until):
            state = ReservationState.TIMEOUT if reason == "timeout" else ReservationState.REJECTED
            offers.refused(turn, offers.of_router(turn, number), state, until=instant(until))
        case d.Rescinded(reservation=number):
            offers.refused(turn, offers.of_router(turn, number), ReservationState.RESCINDED)
        case d.Canceled(reservation=number):
            offers.canceled(turn, offers.of_router(turn, number))
        case d.StepChanged(step=step, kind=kind, group=group):
            _step(turn, decision.call, step, kind, group)
        case d.StepSkipped(step=step, kind=kind, group=group):
            _step(turn, decision.call, step, kind, group, skipped=True)
        case d.CallbackDue():
            _propose(turn, decision.call, StepKind.CALLBACK)
        case d.VoicemailDue():
            _propose(turn, decision.call, StepKind.VOICEMAIL)
        case d.Queued() | d.Accepted() | d.CallbackKept() | d.Left():
            pass


def _offer(turn: Turn, offer: d.Offer) -> None:
    """An offer that has been overtaken is let be: the router's next decision withdraws it."""
    call = turn.state.calls.get(offer.call)
    agent = turn.state.agents[offer.agent]
    if call is None or call.waiting is None or agent.state is not AgentState.READY:
        return
    grounds = {
        "score": f"{offer.score:.3f}",
        "waited": f"{offer.waited:.3f}",
        "credit": f"{offer.credit:g}",
        "aging": f"{offer.aging:.3f}",
        "step": str(offer.step),
        "dedicated": str(offer.dedicated).lower(),
        "proficiency": str(offer.proficiency),
        "ready_since": instant(offer.ready_since).isoformat(),
        "chosen": "agent" if offer.arrival else "caller",
    }
    kind = OfferKind.CALLBACK if offer.callback else OfferKind.QUEUE
    offers.make(turn, call, agent, kind, number=offer.reservation, queue=offer.queue, grounds=grounds)


def _step(turn: Turn, call: str, step: int, kind: StepKind, group: str, *, skipped: bool = False) -> None:
    found = turn.state.calls.get(call)
    if found is None or found.waiting is None:
        return
    queue = found.waiting.request.queue
    turn.emit(
        f.QueueStepReached(at=turn.at, call=call, queue=queue, step=step, kind=kind.value, group=group, skipped=skipped)
    )


def _propose(turn: Turn, call_id: str, kind: StepKind) -> None:
    call = turn.state.calls.get(call_id)
    if call is None or call.waiting is None:
        return
    steps = turn.settings.plan.queues[call.waiting.request.queue].steps
    following = range(call.waiting.step + 1, len(steps))
    _step(turn, call_id, next(n for n in following if steps[n].kind is kind), kind, "")
    if call.place is not Place.QUEUE:
        return
    if kind is StepKind.VOICEMAIL and turn.settings.voicemail_flow and call.waiting.asked is None:
        turn.emit(f.QueueLeft(at=turn.at, call=call_id, queue=call.waiting.request.queue, why="VOICEMAIL"))
        ivr.begin(turn, call, turn.settings.voicemail_flow)
        leave(turn, call_id)
    elif call.flow:
        waits.estimate(turn, call)
