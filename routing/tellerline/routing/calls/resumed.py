"""A router that goes on where another one stopped: made of what was written down of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tellerline.routing.calls import steps, waiting
from tellerline.routing.calls.model import AgentProfile, Call, RoutingPlan
from tellerline.routing.calls.policies import DEFAULT, Policy
from tellerline.routing.calls.router import Router
from tellerline.routing.calls.state import AgentState, CallState, Waiter


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatImage:
    """An agent who is signed in. ``ready_since`` and ``paused_at``: idle time, running from and standing still from."""

    profile: AgentProfile
    state: AgentState
    ready_since: float | None = None
    paused_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiterImage:
    """A call at the router, ``call.entered`` its place. ``reservation`` and ``agent``: of its pending offer, else 0.

    A callback that is not dialled before ``not_before`` has that instant, another one None.
    """

    call: Call
    step: int = 0
    callback: bool = False
    not_before: float | None = None
    refused: Mapping[str, float] = field(default_factory=dict)
    reservation: int = 0
    agent: str = ""


class ResumedRouter(Router):
    """Decides from ``now`` on exactly as the one of which seats and waiters (in their order of entry) were taken."""

    def __init__(
        self,
        plan: RoutingPlan,
        policy: Policy = DEFAULT,
        *,
        now: float,
        seats: Iterable[SeatImage],
        waiters: Iterable[WaiterImage],
        first_reservation: int,
    ) -> None:
        super().__init__(plan, policy, first_reservation=first_reservation)
        for seat in seats:
            self._take_seat(seat)
        for waiter in waiters:
            self._take_waiter(waiter, now)
        self._now = now

    def _take_seat(self, image: SeatImage) -> None:
        seat = self._roster.sign_in(image.profile)
        seat.state = image.state
        seat.ready = image.state is AgentState.READY
        seat.ready_since, seat.paused_at = image.ready_since, image.paused_at

    def _take_waiter(self, image: WaiterImage, now: float) -> None:
        waiter = self._waiters[image.call.id] = self._waiter(image.call, now)
        steps.resume(waiter, image.step)
        waiter.callback = image.callback
        waiter.refused = dict(image.refused)
        waiter.guarded = waiter.guarded or bool(image.refused)
        if image.reservation:
            self._reserve(waiter, image)
        elif image.not_before is not None and image.not_before > now:
            waiter.state = CallState.POSTPONED
            waiter.not_before = image.not_before
            self._timers.watch(waiter, image.not_before)
        else:
            waiter.state = CallState.WAITING
            waiting.enter(waiter)
            self._timers.watch(waiter, steps.due(waiter))

    def _reserve(self, waiter: Waiter, image: WaiterImage) -> None:
        seat = self._roster.seats[image.agent]
        self._pending[image.reservation] = (seat, waiter)
        seat.reservation = waiter.reservation = image.reservation
        waiter.state = CallState.RESERVED
