"""How a call stands at one instant: what is told to whoever asks why it still waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from tellerline.routing.calls import steps
from tellerline.routing.calls.state import CallState, Seat, Waiter

_Pending = Mapping[int, tuple[Seat, Waiter]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A call's place among those who wait. Durations in seconds.

    ``offered_to``: while an offer is pending. ``next_step_in``: when its age moves the call on. ``dialled_in``: when a
    callback that was put off may be dialled.
    """

    call: str
    queue: str
    state: CallState
    callback: bool
    waited: float
    credit: float
    aging: float
    step: int
    offered_to: str | None
    next_step_in: float | None
    dialled_in: float | None

    @property
    def score(self) -> float:
        return self.waited + self.credit + self.aging


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing(Place):
    """``ahead``: waiting callers with a better score who could take an agent from this call; ``ahead_here``: those of
    them who wait in the same queue.

    ``staffed`` agents are on duty for the steps reached so far; of these ``barred`` may not have this very call
    (conflict of interest, excluded, refused it lately).
    """

    ahead: int
    ahead_here: int
    staffed: int
    barred: int


def places_of(waiters: Iterable[Waiter], pending: _Pending, now: float) -> list[Place]:
    """The best placed first; callbacks that are put off come last."""
    order = sorted(waiters, key=lambda each: (each.state is CallState.POSTPONED, each.place(now)))
    return [Place(**_place(waiter, pending, now)) for waiter in order]


def standing_of(
    waiter: Waiter, waiters: Iterable[Waiter], seats: Mapping[str, Seat], pending: _Pending, now: float
) -> Standing:
    """``waiters`` are all there are. O(callers, and agents of the call's lines): meant for questions, not for every
    event."""
    eligible = {agent for line in waiter.lines for agent in line.members}
    staffed = [seats[agent] for agent in eligible if seats[agent].staffed]
    ahead = _ahead(waiter, waiters, eligible, now)
    return Standing(
        **_place(waiter, pending, now),
        ahead=len(ahead),
        ahead_here=sum(rival.queue is waiter.queue for rival in ahead),
        staffed=len(staffed),
        barred=sum(waiter.bars(seat) for seat in staffed),
    )


def _place(waiter: Waiter, pending: _Pending, now: float) -> dict[str, Any]:
    assert waiter.state is not None
    offer = pending.get(waiter.reservation) if waiter.state is CallState.RESERVED else None
    following = steps.next_step_at(waiter)
    return {
        "call": waiter.id,
        "queue": waiter.queue.id,
        "state": waiter.state,
        "callback": waiter.callback,
        "waited": now - waiter.entered,
        "credit": waiter.band.credit,
        "aging": waiter.aging(now),
        "step": waiter.step,
        "offered_to": None if offer is None else offer[0].id,
        "next_step_in": None if following is None else max(0, following - now),
        "dialled_in": max(0, waiter.not_before - now) if waiter.state is CallState.POSTPONED else None,
    }


def _ahead(waiter: Waiter, waiters: Iterable[Waiter], eligible: Set[str], now: float) -> list[Waiter]:
    """Also those who ask for something else of an agent, such as another language, as long as some agent has both."""
    key = waiter.place(now)
    better = (other for other in waiters if other.waiting and other is not waiter and other.place(now) < key)
    own = {id(line) for line in waiter.lines}
    return [
        other
        for other in better
        if any(id(line) in own or not eligible.isdisjoint(line.members) for line in other.lines)
    ]
