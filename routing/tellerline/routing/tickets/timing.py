"""When clocks are started, paused, resumed and stopped: working time turned into instants."""

from __future__ import annotations

from datetime import datetime, timedelta

from tellerline.routing.tickets.clock import Clock
from tellerline.routing.tickets.details import Details
from tellerline.routing.tickets.events import (
    Alarm,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    Outcome,
    TicketEvent,
)
from tellerline.routing.tickets.flow import ClockRule
from tellerline.routing.tickets.rules import Rules
from tellerline.routing.tickets.ticket import Ticket
from tellerline.routing.tickets.working_time import WorkingCalendar, add, between


def started(
    rule: ClockRule, details: Details, at: datetime, run: int, calendar: WorkingCalendar
) -> ClockStarted | None:
    """The start of a clock; None for one that runs until an instant on which nobody has agreed.

    Raises ``UnknownYearError``.
    """
    left: timedelta | None = None
    if rule.until:
        due = getattr(details, rule.until)
        if due is None:
            return None
        alarms = tuple(Alarm(alarm.to, max(at, due - alarm.span)) for alarm in rule.alarms)
    else:
        left = calendar.days(rule.days)
        due = add(calendar, at, left)
        alarms = _alarms(rule, at, left, calendar)
    return ClockStarted(at=at, clock=rule.name, run=run, due=due, left=left, alarms=alarms, calendar=calendar.version)


def opening(rules: Rules, details: Details, at: datetime) -> list[TicketEvent]:
    """The starts of the clocks of the first step."""
    first = [rule for rule in rules.flow.clocks if rules.flow.steps[0].name in rule.steps]
    return [event for rule in first if (event := started(rule, details, at, 1, rules.calendar))]


def crossing(rules: Rules, ticket: Ticket, step: str, at: datetime) -> list[TicketEvent]:
    """What a move to ``step`` (empty: to an end) does to the clocks of a ticket whose past has been recorded.

    Whoever leaves a clock's steps stops it, whoever comes into them starts a run of its own; within them it goes on.
    """
    events: list[TicketEvent] = []
    for rule in rules.flow.clocks:
        running = ticket.open_clock(rule.name)
        if running and step not in rule.steps:
            outcome = Outcome.MET if running.missed_at is None else Outcome.MISSED
            events.append(ClockStopped(at=at, clock=rule.name, run=running.run, outcome=outcome))
        elif running is None and step in rule.steps and ticket.step not in rule.steps:
            event = started(rule, ticket.details, at, ticket.runs(rule.name) + 1, rules.calendar)
            events += [event] if event else []
    return events


def moved_instants(rules: Rules, ticket: Ticket, details: Details, at: datetime) -> list[TicketEvent]:
    """What another agreed instant does: the clock that ran until the old one is void, another runs until the new."""
    events: list[TicketEvent] = []
    for rule in rules.flow.clocks:
        same = not rule.until or getattr(details, rule.until) == getattr(ticket.details, rule.until)
        if same or ticket.step not in rule.steps:
            continue
        running = ticket.open_clock(rule.name)
        events += [_void(running, at)] if running else []
        event = started(rule, details, at, ticket.runs(rule.name) + 1, rules.calendar)
        events += [event] if event else []
    return events


def paused(rules: Rules, clock: Clock, at: datetime) -> ClockPaused:
    """For a clock that is ``pausable`` and not past due at ``at``."""
    assert clock.left is not None
    left = clock.left - between(rules.calendar, clock.since, at)
    return ClockPaused(at=at, clock=clock.name, run=clock.run, left=left)


def resumed(rules: Rules, clock: Clock, at: datetime) -> ClockResumed:
    """For a paused clock. Calls that were made before the pause are not made again."""
    assert clock.left is not None
    rule = next(rule for rule in rules.flow.clocks if rule.name == clock.name)
    made = {alarm.to for alarm in clock.calls}
    alarms = tuple(alarm for alarm in _alarms(rule, at, clock.left, rules.calendar) if alarm.to not in made)
    due = add(rules.calendar, at, clock.left)
    return ClockResumed(at=at, clock=clock.name, run=clock.run, due=due, alarms=alarms, calendar=rules.calendar.version)


def voided(ticket: Ticket, at: datetime) -> list[ClockStopped]:
    """The end of every clock of a ticket that is withdrawn. A clock that was missed stays missed."""
    return [_void(clock, at) for clock in ticket.clocks if clock.outcome is None]


def _void(clock: Clock, at: datetime) -> ClockStopped:
    outcome = Outcome.VOID if clock.missed_at is None else Outcome.MISSED
    return ClockStopped(at=at, clock=clock.name, run=clock.run, outcome=outcome)


def _alarms(rule: ClockRule, at: datetime, left: timedelta, calendar: WorkingCalendar) -> tuple[Alarm, ...]:
    """When each is due, with ``left`` of working time at ``at``; at once where less is left than it wants."""
    spans = [(alarm.to, left - calendar.days(alarm.days)) for alarm in rule.alarms]
    return tuple(Alarm(to, add(calendar, at, max(span, timedelta()))) for to, span in spans)
