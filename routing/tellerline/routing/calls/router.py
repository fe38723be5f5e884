"""The router of one site: ordered events in, decisions out; the same code live and in simulation.

Every event is a method that takes the instant ``at`` (seconds from any one epoch; never less than the one before) and
returns the decisions in their order. What fell due by ``at`` (a step, the end of an exclusion, a callback put off) is
carried out first, with instants of its own, so that the outcome does not depend on how often ``advance`` is called. An
event that cannot be is refused with ``EventError`` and changes nothing. The router does no I/O, knows no clock and no
chance, and is not safe for several threads.

Agents    agent_signed_in(at, profile)      known, not ready; not staffed
          agent_ready(at, agent)            free: is offered the best caller of all queues that the agent may serve
          agent_staffed(at, agent)          on duty and not free: a call of the agent's own, work after a call
          agent_unready(at, agent)          on a break: not staffed; an offer is rescinded first (``forced``)
          agent_left(at, agent)             signed out; the same
Calls     call_entered(at, call)            is offered to the best free agent, or queued
          call_left(at, call)               hung up, or went to voicemail; an offer is canceled
          callback_requested(at, call)      hung up and keeps the place; dialled against an offer with ``callback``
Offers    answered(at, reservation)         the agent has the call, which leaves the router
          rejected, timed_out(at, ...)      the agent is not ready, and is not offered the call for a while
          rescinded(at, reservation)        the agent's telephone was lost: not ready; the call goes on
          callback_unreached(at, ...)       the customer did not answer: dropped, or kept until ``retry_at``
Time      next_due(), advance(at)           ringing is not timed here: whoever carries out offers does
Questions state_of, agent_state, standing, places   change nothing

``ready since`` leaves out time spent not ready and goes on after it; only a call or work of the agent's starts it anew.
One reservation is pending at most per call and per agent. A caller and a free agent who may serve that caller never
both wait. Ties go to who entered first, and to the lesser agent id.
"""

from __future__ import annotations

from collections.abc import Sequence

from tellerline.routing.calls import ready, steps, waiting
from tellerline.routing.calls.decisions import (
    Accepted,
    CallbackKept,
    Canceled,
    Decision,
    Left,
    Offer,
    Queued,
    Refused,
    Rescinded,
)
from tellerline.routing.calls.model import AgentProfile, Call, RoutingPlan
from tellerline.routing.calls.policies import DEFAULT, Policy
from tellerline.routing.calls.roster import Roster, Routes
from tellerline.routing.calls.standing import Place, Standing, places_of, standing_of
from tellerline.routing.calls.state import AgentState, Band, CallState, ReadyEntry, Seat, Waiter
from tellerline.routing.calls.timers import Timers

# Looked up once: a member of an enumeration costs ten times a global name, and every event needs some.
_READY, _RESERVED, _BUSY = AgentState.READY, AgentState.RESERVED, AgentState.BUSY
_WAITING, _OFFERED = CallState.WAITING, CallState.RESERVED
_FREE = (_READY, _RESERVED)


class EventError(ValueError):
    """The event does not fit what the router knows: an agent, a call or a queue that is not there, time going back."""


class StaleReservationError(EventError):
    """The reservation is no longer pending: whoever answered late must be hung up."""


class Router:
    """Decides for one site under one version of the plan. ``first_reservation``: the number of the first offer."""

    def __init__(self, plan: RoutingPlan, policy: Policy = DEFAULT, *, first_reservation: int = 1) -> None:
        self._plan = plan
        self._policy = policy
        self._roster = Roster()
        self._waiters: dict[str, Waiter] = {}
        self._pending: dict[int, tuple[Seat, Waiter]] = {}
        self._bands: dict[tuple[str, str], Band] = {}
        self._routes = Routes(self._roster)
        self._timers = Timers()
        self._now: float = float("-inf")
        self._orders = 0
        self._next_reservation = first_reservation

    # Agents

    def agent_signed_in(self, at: float, profile: AgentProfile) -> Sequence[Decision]:
        if profile.id in self._roster.seats:
            raise EventError(f"agent {profile.id!r} is signed in already")
        out = self._begin(at)
        self._roster.sign_in(profile)
        return out

    def agent_ready(self, at: float, agent: str) -> Sequence[Decision]:
        seat = self._seat(agent)
        if seat.state in _FREE:
            raise EventError(f"agent {agent!r} is {seat.state} already")
        out = self._begin(at)
        if seat.ready_since is None:
            seat.ready_since = at
        elif seat.paused_at is not None:
            seat.ready_since += at - seat.paused_at
        seat.paused_at = None
        self._on_duty(seat)
        seat.state = _READY
        self._serve(seat, at, out)
        return out

    def agent_staffed(self, at: float, agent: str, *, idle_goes_on: bool = False) -> Sequence[Decision]:
        """``idle_goes_on``: should the agent be ready next, idle time was not interrupted (an offer by a colleague)."""
        seat = self._seat(agent)
        out = self._begin(at)
        freed = self._rescind(seat, at, "forced", out)
        if not idle_goes_on:
            seat.ready_since = seat.paused_at = None
        self._on_duty(seat)
        seat.state = _BUSY
        seat.ready = False
        self._settle_all(freed, at, out)
        return out

    def agent_unready(self, at: float, agent: str) -> Sequence[Decision]:
        seat = self._seat(agent)
        out = self._begin(at)
        freed = self._rescind(seat, at, "forced", out)
        self._settle_all(freed + self._off_duty(seat, at), at, out)
        return out

    def agent_left(self, at: float, agent: str) -> Sequence[Decision]:
        seat = self._seat(agent)
        out = self._begin(at)
        freed = self._rescind(seat, at, "forced", out)
        freed += self._off_duty(seat, at)
        self._roster.sign_out(seat)
        self._settle_all(freed, at, out)
        return out

    # Calls

    def call_entered(self, at: float, call: Call) -> Sequence[Decision]:
        self._check(call)
        out = self._begin(at)
        waiter = self._waiters[call.id] = self._waiter(call, at)
        steps.begin(waiter)
        self._settle(waiter, at, out)
        if waiter.waiting:
            out.append(Queued(at, call.id, call.queue, call.call_class, waiter.entered, waiter.step))
        return out

    def call_left(self, at: float, call: str) -> Sequence[Decision]:
        waiter = self._waiter_of(call)
        out = self._begin(at)
        seat = self._cancel(waiter, at, out)
        self._forget(waiter)
        out.append(Left(at, call))
        if seat is not None:
            self._serve(seat, at, out)
        return out

    def callback_requested(self, at: float, call: str, not_before: float | None = None) -> Sequence[Decision]:
        """From now on nobody waits on the line; repeated, it sets ``not_before`` anew."""
        waiter = self._waiter_of(call)
        out = self._begin(at)
        seat = self._cancel(waiter, at, out)
        waiter.callback = True
        self._keep_callback(waiter, at, at if not_before is None else max(at, not_before), out)
        if seat is not None:
            self._serve(seat, at, out)
        self._settle_all([waiter], at, out)
        return out

    # Offers

    def answered(self, at: float, reservation: int) -> Sequence[Decision]:
        seat, waiter = self._reserved(reservation)
        out = self._begin(at)
        del self._pending[reservation]
        self._forget(waiter)
        seat.state = _BUSY
        seat.ready_since = seat.paused_at = None
        out.append(Accepted(at, reservation, waiter.id, seat.id))
        return out

    def rejected(self, at: float, reservation: int) -> Sequence[Decision]:
        return self._refused(at, reservation, "rejected")

    def timed_out(self, at: float, reservation: int) -> Sequence[Decision]:
        return self._refused(at, reservation, "timeout")

    def rescinded(self, at: float, reservation: int) -> Sequence[Decision]:
        self._reserved(reservation)
        out = self._begin(at)
        seat, _ = self._pending[reservation]
        freed = self._rescind(seat, at, "lost", out)
        self._settle_all(freed + self._off_duty(seat, at), at, out)
        return out

    def callback_unreached(self, at: float, reservation: int, retry_at: float | None = None) -> Sequence[Decision]:
        """The agent is free again as before. Without ``retry_at`` the callback is dropped, and ``Left`` says so."""
        _, waiter = self._reserved(reservation)
        if not waiter.callback:
            raise EventError(f"reservation {reservation} is for a caller, not for a callback")
        out = self._begin(at)
        seat = self._cancel(waiter, at, out)
        assert seat is not None
        if retry_at is None:
            self._forget(waiter)
            out.append(Left(at, waiter.id))
        else:
            self._keep_callback(waiter, at, max(at, retry_at), out)
        self._serve(seat, at, out)
        self._settle_all([waiter], at, out)
        return out

    # Time and questions

    def next_due(self) -> float | None:
        """The instant at which ``advance`` has something to do, if nothing happens before; None: never."""
        return self._timers.next()

    def advance(self, at: float) -> Sequence[Decision]:
        return self._begin(at)

    def state_of(self, call: str) -> CallState | None:
        """None when the call is not here: never entered, answered, or left."""
        waiter = self._waiters.get(call)
        return None if waiter is None else waiter.state

    def agent_state(self, agent: str) -> AgentState | None:
        """None when the agent is not signed in."""
        seat = self._roster.seats.get(agent)
        return None if seat is None else seat.state

    def standing(self, call: str, at: float) -> Standing | None:
        """Why the call still waits, as of ``at``; None when it is not here. O(callers and agents concerned)."""
        waiter = self._waiters.get(call)
        if waiter is None:
            return None
        return standing_of(waiter, self._waiters.values(), self._roster.seats, self._pending, at)

    def places(self, at: float) -> Sequence[Place]:
        """Of every call that is here, the best placed first; callbacks that are put off come last. O(n log n)."""
        return places_of(self._waiters.values(), self._pending, at)

    def _begin(self, at: float) -> list[Decision]:
        """Every event's first step: what fell due, and a list for what follows."""
        if at < self._now:
            raise EventError(f"time goes back: {at} after {self._now}")
        self._now = at
        out: list[Decision] = []
        heap = self._timers.heap
        while heap and (due := heap[0][0]) <= at:
            if (waiter := self._timers.take()) is not None:
                self._settle(waiter, due, out)
        return out

    def _seat(self, agent: str) -> Seat:
        try:
            return self._roster.seats[agent]
        except KeyError:
            raise EventError(f"agent {agent!r} is not signed in") from None

    def _waiter_of(self, call: str) -> Waiter:
        try:
            return self._waiters[call]
        except KeyError:
            raise EventError(f"call {call!r} is not here") from None

    def _reserved(self, reservation: int) -> tuple[Seat, Waiter]:
        try:
            return self._pending[reservation]
        except KeyError:
            raise StaleReservationError(f"reservation {reservation} is not pending") from None

    # Matching

    def _settle(self, waiter: Waiter, at: float, out: list[Decision]) -> None:
        """Bring a call to where it belongs now: on its step, and with the best free agent or waiting."""
        if waiter.refused:
            waiter.refused = {agent: until for agent, until in waiter.refused.items() if until > at}
        steps.advance(waiter, at, out)
        seat = self._best_agent(waiter)
        if seat is not None:
            self._offer(seat, waiter, at, True, out)
            return
        if waiter.waiting:
            waiting.extend(waiter)
        else:
            waiter.state = _WAITING
            waiting.enter(waiter)
        self._timers.watch(waiter, steps.due(waiter))

    def _settle_all(self, waiters: list[Waiter], at: float, out: list[Decision]) -> None:
        """The same for several, the highest score first; each once."""
        for waiter in sorted(dict.fromkeys(waiters), key=lambda each: each.place(at)):
            if waiter.waiting:
                self._settle(waiter, at, out)

    def _best_agent(self, waiter: Waiter) -> Seat | None:
        dedicated = waiter.call.dedicated
        if dedicated is not None:
            seat = self._roster.seats.get(dedicated)
            if seat is not None and seat.ready and waiter.reaches(seat) and not waiter.bars(seat):
                return seat
        found: ReadyEntry | None = None
        for line in waiter.lines:
            entry = ready.best(line, waiter) if line.ready else None
            if entry is not None and (found is None or entry < found):
                found = entry
        return None if found is None else found[4]

    def _serve(self, seat: Seat, at: float, out: list[Decision]) -> None:
        """Give an agent who is free the best caller, or let the agent be free."""
        waiter = waiting.best(seat, at)
        if waiter is not None:
            self._offer(seat, waiter, at, False, out)
            return
        seat.state = _READY
        seat.ready = True
        if seat.missing:
            ready.put(seat)

    def _offer(self, seat: Seat, waiter: Waiter, at: float, arrival: bool, out: list[Decision]) -> None:
        reservation = self._next_reservation
        self._next_reservation += 1
        self._pending[reservation] = (seat, waiter)
        seat.ready = False
        seat.state = _RESERVED
        seat.reservation = waiter.reservation = reservation
        waiter.state = _OFFERED
        waiter.due = None
        if waiter.waiting:
            waiting.withdraw(waiter)
        assert seat.ready_since is not None
        out.append(
            Offer(
                at,
                reservation,
                waiter.id,
                seat.id,
                waiter.queue.id,
                waiter.step,
                waiter.entered,
                waiter.band.credit,
                waiter.aging(at),
                waiter.call.dedicated == seat.id,
                waiter.proficiency_of(seat.id),
                seat.ready_since,
                arrival,
                waiter.callback,
            )
        )

    # Moves of one agent or call

    def _refused(self, at: float, reservation: int, reason: str) -> Sequence[Decision]:
        self._reserved(reservation)
        out = self._begin(at)
        seat, waiter = self._pending.pop(reservation)
        until = at + self._plan.reoffer_after
        waiter.refused = {**waiter.refused, seat.id: until}
        waiter.guarded = True
        out.append(Refused(at, reservation, waiter.id, seat.id, reason, until))
        self._wait_again(waiter)
        self._settle_all([waiter, *self._off_duty(seat, at)], at, out)
        return out

    def _rescind(self, seat: Seat, at: float, reason: str, out: list[Decision]) -> list[Waiter]:
        """Withdraw what the agent is offered, if anything; the call, which waits again, is to be settled."""
        if seat.state is not _RESERVED:
            return []
        _, waiter = self._pending.pop(seat.reservation)
        out.append(Rescinded(at, seat.reservation, waiter.id, seat.id, reason))
        self._wait_again(waiter)
        return [waiter]

    def _cancel(self, waiter: Waiter, at: float, out: list[Decision]) -> Seat | None:
        """Withdraw the offer of this call, if any; the agent, who is free as before, is to be served."""
        if waiter.state is not _OFFERED:
            return None
        seat, _ = self._pending.pop(waiter.reservation)
        out.append(Canceled(at, waiter.reservation, waiter.id, seat.id))
        seat.state = _READY
        return seat

    def _wait_again(self, waiter: Waiter) -> None:
        waiter.state = _WAITING
        waiting.enter(waiter)

    def _keep_callback(self, waiter: Waiter, at: float, not_before: float, out: list[Decision]) -> None:
        out.append(CallbackKept(at, waiter.id, not_before))
        waiter.not_before = not_before
        if not_before > at:
            if waiter.waiting:
                waiting.withdraw(waiter)
            waiter.state = CallState.POSTPONED
            self._timers.watch(waiter, not_before)
        elif not waiter.waiting:
            self._wait_again(waiter)

    def _forget(self, waiter: Waiter) -> None:
        waiter.state = waiter.due = None
        if waiter.missing:
            waiter.missing.clear()
        if waiter.waiting:
            waiting.withdraw(waiter)
        del self._waiters[waiter.id]
        self._timers.tidy(len(self._waiters))

    def _on_duty(self, seat: Seat) -> None:
        if not seat.staffed:
            for line in seat.lines:
                line.staffed += 1

    def _off_duty(self, seat: Seat, at: float) -> list[Waiter]:
        """The agent is not ready; who waits on a step that nobody is left for is to be settled."""
        if not seat.staffed:
            return []
        seat.state = AgentState.NOT_READY
        seat.ready = False
        if seat.ready_since is not None:
            seat.paused_at = at
        stranded: list[Waiter] = []
        for line in seat.lines:
            line.staffed -= 1
            if line.waiting and not line.staffed:
                stranded.extend(waiting.on_step(line))
        return stranded

    def _waiter(self, call: Call, at: float) -> Waiter:
        queue = self._plan.queues[call.queue]
        band = self._bands.get((call.queue, call.call_class))
        if band is None:
            credit = self._policy.credit(self._plan.classes[call.call_class].credit)
            band = Band(credit, self._policy.weight(queue.weight), queue.service_level)
            self._bands[(call.queue, call.call_class)] = band
        self._orders += 1
        route = self._routes.of(call, queue, band.weight)
        entered = at if call.entered is None else call.entered
        return Waiter(call, queue, route, band, entered=entered, order=self._orders)

    def _check(self, call: Call) -> None:
        plan = self._plan
        if call.id in self._waiters:
            raise EventError(f"call {call.id!r} is here already")
        if call.queue not in plan.queues or call.call_class not in plan.classes:
            raise EventError(f"call {call.id!r}: no queue {call.queue!r} or no class {call.call_class!r}")
        if call.language is not None and call.language not in plan.languages:
            raise EventError(f"call {call.id!r}: no language {call.language!r}")
        if call.licences and not call.licences <= plan.licences.keys():
            raise EventError(f"call {call.id!r}: no licence {', '.join(sorted(call.licences - plan.licences.keys()))}")
