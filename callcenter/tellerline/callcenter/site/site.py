"""A call-centre site: one input after the other in, facts and orders out. No I/O, no clock, no chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tellerline.callcenter.site import (
    agents,
    bar,
    consult,
    converge,
    events,
    ivr,
    matching,
    messages,
    offers,
    records,
    supervision,
    waits,
)
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.duty import waits_of
from tellerline.callcenter.site.refusals import RefusalError
from tellerline.callcenter.site.routers import router_of
from tellerline.callcenter.site.settings import SiteSettings
from tellerline.callcenter.site.standings import Standings
from tellerline.callcenter.site.state import Call, SiteState
from tellerline.callcenter.site.turn import Outcome, Turn


class Site:
    """``state`` is changed in place; one that was recovered goes on where the other stopped.

    If the facts of an outcome cannot be written, the site is ahead of what is known of it and must be thrown away.
    """

    def __init__(self, settings: SiteSettings, state: SiteState | None = None) -> None:
        self._settings = settings
        self.state = SiteState() if state is None else state
        self._router = router_of(settings, self.state)
        self._waits = waits_of(settings, self.state)
        self._latest = self.state.now

    def handle(self, given: c.Input, at: datetime) -> Outcome:
        """Carry out what fell due, then the input. ``at`` (aware, UTC) before the last instant counts as that."""
        self._latest = at if self._latest is None else max(self._latest, at)
        turn = Turn(self._settings, self.state, self._router, self._waits, self._latest)
        self._carry_out_due(turn)
        self._tell_waits(turn)
        due = len(turn.facts)
        try:
            _handler(given)(turn, given)
        except RefusalError as error:
            refused = error.refused
        else:
            return Outcome(turn.facts, turn.orders)
        assert len(turn.facts) == due, f"{refused} after something was decided"
        return Outcome(turn.facts, turn.orders, refused)

    def next_due(self) -> datetime | None:
        """When ``Tick`` has something to do if nothing happens before; None: never."""
        instants = [instant for _, instant in self._estimates()]
        decisive = self._next_decision()
        return min(instants if decisive is None else [*instants, decisive], default=None)

    def _next_decision(self) -> datetime | None:
        instants = [instant for _, instant in self._running()]
        routing = self._router.next_due()
        if routing is not None:
            instants.append(matching.instant(routing))
        archiving = self._archiving()
        if archiving is not None:
            instants.append(archiving[1])
        return min(instants, default=None)

    def standings(self, at: datetime) -> Standings:
        """How calls stand; to be asked before anything else is handled."""
        now = at if self._latest is None else max(self._latest, at)
        return Standings(self._settings.plan, self.state, self._router, self._waits, now)

    def _running(self) -> list[tuple[str, datetime]]:
        """Offers stand still while the switch is out of reach: nobody could answer."""
        timers = self.state.timers.items()
        return [(timer, at) for timer, at in timers if self.state.link_up or not timer.startswith("offer ")]

    def _estimates(self) -> list[tuple[str, datetime]]:
        """Nobody is told his place while a telephone rings for him, or could not be told it."""
        if not self.state.link_up:
            return []
        return [(call, at) for call, at in self.state.estimates.items() if not self.state.calls[call].reservation]

    def _tell_waits(self, turn: Turn) -> None:
        """As of now, however long ago it was due."""
        for call, at in self._estimates():
            if at <= turn.at:
                waits.estimate(turn, self.state.calls[call])

    def _carry_out_due(self, turn: Turn) -> None:
        until = turn.at
        while (due := self._next_decision()) is not None and due <= until:
            turn.at = due if self.state.now is None else max(self.state.now, due)
            self._one_due(turn, due)
        turn.at = until

    def _one_due(self, turn: Turn, due: datetime) -> None:
        matching.feed(turn, self._router.advance(turn.seconds))
        for timer, instant in self._running():
            if instant <= due and timer in self.state.timers:
                kind, _, name = timer.partition(" ")
                if kind == "offer":
                    offers.timed_out(turn, self.state.reservations[name])
                else:
                    agents.work_timed_out(turn, self.state.agents[name])
        while (archiving := self._archiving()) is not None and archiving[1] <= due:
            call = archiving[0]
            turn.emit(f.RecordArchived(at=turn.at, call=call.id, kept=call))

    def _archiving(self) -> tuple[Call, datetime] | None:
        """The ended call that is to go next, and when."""
        call = next(iter(self.state.ended.values()), None)
        since = None if call is None else call.restored or call.ended
        if call is None or since is None:
            return None
        crowded = len(self.state.ended) > self._settings.kept_calls
        return call, since if crowded else since + self._settings.kept_records


def _nothing(turn: Turn, given: c.Tick) -> None:
    """What was due is done."""


_HANDLERS: Mapping[type, Callable[[Turn, Any], None]] = {
    c.SignIn: agents.sign_in,
    c.SignOut: agents.become,
    c.BecomeReady: agents.become,
    c.BecomeNotReady: agents.become,
    c.FinishWork: agents.finish_work,
    c.Force: agents.force,
    c.AcceptReservation: offers.accept,
    c.RejectReservation: offers.reject,
    c.CallOut: bar.call_out,
    c.Release: bar.release,
    c.Hold: bar.hold,
    c.Resume: bar.resume,
    c.Consult: consult.start,
    c.EndConsult: consult.end_command,
    c.Confer: consult.confer,
    c.CompleteTransfer: consult.complete,
    c.TransferToQueue: bar.to_queue,
    c.TransferToIvr: bar.to_ivr,
    c.Supervise: supervision.supervise,
    c.StopSupervising: supervision.stop,
    c.Restore: records.restore,
    c.CompleteRecord: records.complete,
    c.CorrectRecord: records.correct,
    c.MarkMessage: messages.mark,
    c.NoteFetch: messages.note_fetch,
    c.IvrWants: ivr.wants,
    c.OrderFailed: converge.failed,
    c.Converge: converge.converge,
    c.Tick: _nothing,
    **events.HANDLERS,
}


def _handler(given: c.Input) -> Callable[[Turn, Any], None]:
    return _HANDLERS[type(given)]
