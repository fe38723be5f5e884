"""What callers who wait are told of it: their place, how long it will take, and what they may choose instead."""

from __future__ import annotations

from datetime import timedelta

from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import orders as o
from tellerline.callcenter.site.state import Call, SiteState
from tellerline.callcenter.site.turn import Turn
from tellerline.callcenter.site.words import Place
from tellerline.routing.calls.expected_wait import WaitError, wait_error
from tellerline.routing.calls.model import StepKind


def estimate(turn: Turn, call: Call) -> None:
    """Find out how the waiting caller stands, and tell his flow."""
    waiting = call.waiting
    standing = turn.router.standing(call.id, turn.seconds)
    assert waiting is not None
    assert standing is not None
    queue = turn.settings.plan.queues[waiting.request.queue]
    expected = turn.waits.estimate(queue.id, standing.ahead_here)
    offer = waiting.offer
    if not offer and queue.callback_beyond is not None and (expected or 0) > queue.callback_beyond:
        offer = StepKind.CALLBACK.value
    told = f.WaitEstimated(
        at=turn.at,
        call=call.id,
        queue=queue.id,
        position=standing.ahead_here + 1,
        expected=None if expected is None else round(expected, 1),
        offer="" if waiting.asked else offer,
        next=turn.at + timedelta(seconds=queue.told_every),
    )
    turn.emit(told)
    turn.order(
        o.TellIvr(
            call=call.id,
            flow=call.flow,
            news=o.IvrNews.WAITS,
            position=told.position,
            wait=told.expected,
            offer=told.offer,
        )
    )


def measure(turn: Turn, call: Call) -> None:
    """An agent takes the caller: how long it has been since he was first told how long it would be."""
    if call.place is not Place.QUEUE or call.waiting is None or call.waiting.first is None:
        return
    first = call.waiting.first
    if first.expected is not None:
        turn.emit(
            f.WaitMeasured(
                at=turn.at,
                call=call.id,
                queue=call.waiting.request.queue,
                position=first.position,
                expected=first.expected,
                real=(turn.at - first.at).total_seconds(),
            )
        )


def error_of(state: SiteState, queue: str) -> WaitError | None:
    """How the waits of the queue were estimated lately, beside what they were; None without any."""
    return wait_error(state.wait_errors.get(queue, ()))
