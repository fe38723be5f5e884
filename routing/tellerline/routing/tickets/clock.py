"""A clock of a ticket: a fact of its own, which no other clock and no later run of the same one changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tellerline.routing.tickets.events import (
    Alarm,
    ClockEvent,
    ClockMissed,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    Escalated,
    Outcome,
)

RESOLUTION = timedelta(microseconds=1)
"""A clock is missed this much after it was due: what is done at the due instant is in time."""


@dataclass(frozen=True, slots=True)
class Pause:
    """``end`` is None while it lasts."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One run of one clock.

    ``left`` is the working time that was left at ``since``, its start or the end of its last pause; None for one that
    runs until an agreed instant. ``due`` holds while it is not paused. ``alarms`` are still to come, ``calls`` have
    been made. ``outcome`` is None until it is stopped.
    """

    name: str
    run: int
    started_at: datetime
    since: datetime
    left: timedelta | None
    due: datetime
    alarms: tuple[Alarm, ...]
    calls: tuple[Alarm, ...] = ()
    pauses: tuple[Pause, ...] = ()
    missed_at: datetime | None = None
    stopped_at: datetime | None = None
    outcome: Outcome | None = None

    @property
    def paused(self) -> bool:
        return self.outcome is None and bool(self.pauses) and self.pauses[-1].end is None

    @property
    def running(self) -> bool:
        """Whether it is neither stopped nor paused."""
        return self.outcome is None and not self.paused

    @property
    def pausable(self) -> bool:
        """Whether it counts working time, and has not been missed."""
        return self.running and self.left is not None and self.missed_at is None

    @property
    def next_at(self) -> datetime | None:
        """When time does something to it next; None if never, as things stand."""
        if not self.running or self.missed_at is not None:
            return None
        return min([alarm.at for alarm in self.alarms] + [self.due + RESOLUTION])

    def passed(self, at: datetime) -> list[Escalated | ClockMissed]:
        """What time has done to it by ``at`` that has not been recorded."""
        if not self.running or self.missed_at is not None:
            return []
        found: list[Escalated | ClockMissed] = [
            Escalated(at=alarm.at, to=alarm.to, clock=self.name, run=self.run)
            for alarm in self.alarms
            if alarm.at <= at
        ]
        if at > self.due:
            found.append(ClockMissed(at=self.due, clock=self.name, run=self.run))
        return found


def start(event: ClockStarted) -> Clock:
    return Clock(
        name=event.clock,
        run=event.run,
        started_at=event.at,
        since=event.at,
        left=event.left,
        due=event.due,
        alarms=event.alarms,
    )


def changed(clock: Clock, event: ClockEvent) -> Clock:
    """The same run after ``event``, which is one of its own and not its start."""
    match event:
        case ClockPaused():
            return replace(clock, left=event.left, pauses=(*clock.pauses, Pause(event.at)))
        case ClockResumed():
            pauses = _ended(clock.pauses, event.at)
            return replace(clock, since=event.at, due=event.due, alarms=event.alarms, pauses=pauses)
        case ClockStopped():
            pauses = _ended(clock.pauses, event.at)
            return replace(clock, stopped_at=event.at, outcome=event.outcome, pauses=pauses)
        case ClockMissed():
            return replace(clock, missed_at=event.at)
        case Escalated():
            made = next(alarm for alarm in clock.alarms if alarm.to is event.to and alarm.at == event.at)
            alarms = tuple(alarm for alarm in clock.alarms if alarm is not made)
            return replace(clock, alarms=alarms, calls=(*clock.calls, made))
        case ClockStarted():
            raise ValueError("a run starts once")


def _ended(pauses: tuple[Pause, ...], at: datetime) -> tuple[Pause, ...]:
    """With the last one, if it lasts, ended at ``at``."""
    if pauses and pauses[-1].end is None:
        return (*pauses[:-1], Pause(pauses[-1].start, at))
    return pauses
