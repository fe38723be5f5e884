"""How a call stands at one instant: what is told to whoever asks why it still waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tellerline.routing.calls import steps
from tellerline.routing.calls.state import CallState, Seat, Waiter


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Durations in seconds. ``ahead``: waiting callers with a better score who could take an agent from this call.

    ``staffed`` agents are on duty for the steps reached so far; of these ``barred`` may not have this very call
    (conflict of interest, excluded, refused it lately). ``offered_to``: while an offer is pending. ``next_step_in``:
    when its age moves the call on. ``dialled_in``: when a callback that was put off may be dialled.
    """

    call: str
    queue: str
    state: CallState
    callback: bool
    waited: float
    credit: float
    aging: float
    step: int
    ahead: int
    staffed: int
    barred: int
    offered_to: str | None
    next_step_in: float | None
    dialled_in: float | None

    @property
    def score(self) -> float:
        return self.waited + self.credit + self.aging


def standing_of(waiter: Waiter, seats: Mapping[str, Seat], offered_to: str | None, now: float) -> Standing:
    """O(callers and agents of the call's lines): meant for questions, not for every event."""
    assert waiter.state is not None
    eligible = [seats[agent] for agent in {agent for line in waiter.lines for agent in line.members}]
    staffed = [seat for seat in eligible if seat.staffed]
    following = steps.next_step_at(waiter)
    return Standing(
        call=waiter.id,
        queue=waiter.queue.id,
        state=waiter.state,
        callback=waiter.callback,
        waited=now - waiter.entered,
        credit=waiter.band.credit,
        aging=waiter.aging(now),
        step=waiter.step,
        ahead=_ahead(waiter, now),
        staffed=len(staffed),
        barred=sum(waiter.bars(seat) for seat in staffed),
        offered_to=offered_to,
        next_step_in=None if following is None else max(0, following - now),
        dialled_in=max(0, waiter.not_before - now) if waiter.state is CallState.POSTPONED else None,
    )


def _ahead(waiter: Waiter, now: float) -> int:
    key = waiter.place(now)
    rivals = {
        entry[2]
        for line in waiter.lines
        for heap in line.heaps
        for entry in heap
        if entry[3].waiting and entry[3] is not waiter and entry[3].place(now) < key
    }
    return len(rivals)
