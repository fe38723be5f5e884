"""Tickets for tests: the working calendar of 2026 written out, people of the bank, and one case driven by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tellerline.routing.tickets.clock import Clock
from tellerline.routing.tickets.commands import Act, Actor, Command, Refused
from tellerline.routing.tickets.decisions import decide, open_ticket
from tellerline.routing.tickets.details import Details
from tellerline.routing.tickets.kinds import Role
from tellerline.routing.tickets.reading import read_flow, shipped_flows
from tellerline.routing.tickets.rules import Rules
from tellerline.routing.tickets.ticket import Ticket, rebuilt
from tellerline.routing.tickets.working_time import DaysOfYear, WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant of 2026 in UTC, given as the bank's wall shows it."""
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def _off(month: int, day: int, count: int) -> set[date]:
    return {date(2026, month, day) + timedelta(days=number) for number in range(count)}


DAYS_2026 = DaysOfYear(
    off=frozenset(
        _off(1, 1, 3)
        | _off(2, 15, 9)
        | _off(4, 4, 3)
        | _off(5, 1, 5)
        | _off(6, 19, 3)
        | _off(9, 25, 3)
        | _off(10, 1, 7)
    ),
    made_up=frozenset({date(2026, month, day) for month, day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))}),
)

HOURS_2026 = WorkingCalendar(
    version=3,
    zone=SHANGHAI,
    sessions=((time(8, 30), time(12)), (time(13), time(17, 30))),
    years={2026: DAYS_2026},
)
"""08:30 to 12:00 and 13:00 to 17:30: eight hours a working day."""


def rules(flow: str) -> Rules:
    """A shipped flow with the office hours of 2026."""
    return Rules(read_flow(shipped_flows()[flow]), HOURS_2026)


AGENT = Actor(id="A1001", roles=frozenset({Role.AGENT}))
LEADER = Actor(id="L2001", roles=frozenset({Role.AGENT, Role.LEADER}))
CARDS = Actor(id="D3001", roles=frozenset({Role.DEPARTMENT}), department="cards")
LOANS = Actor(id="D3002", roles=frozenset({Role.DEPARTMENT}), department="loans")
AUDITOR = Actor(id="K4001", roles=frozenset({Role.AUDIT}))
CENTRE = Actor(id="C5001", roles=frozenset({Role.CENTRE}))

COMPLAINT = Details(
    subject="卡被自动柜员机吞没",
    text="自动柜员机吞卡后无人处理",
    customer="8000000001",
    contact="13900000000",
    category="service",
    nature="delay",
    department="cards",
)


class Case:
    """A ticket with its whole history, driven by hand."""

    def __init__(self, flow: str, details: Details, opened_at: datetime, *, by: Actor = AGENT) -> None:
        self.rules = rules(flow)
        begun = open_ticket(self.rules, details, by, opened_at)
        assert isinstance(begun, tuple), begun
        self.events = list(begun)

    @property
    def ticket(self) -> Ticket:
        return rebuilt("T1", self.events)

    def does(self, instant: datetime, command: Command) -> Ticket:
        """The ticket afterwards; the command must not be refused."""
        happened = decide(self.rules, self.ticket, command, instant)
        assert isinstance(happened, tuple), happened
        self.events += happened
        return self.ticket

    def refuses(self, instant: datetime, command: Command) -> Refused:
        refused = decide(self.rules, self.ticket, command, instant)
        assert isinstance(refused, Refused), refused
        return refused

    def acts(self, instant: datetime, action: str, actor: Actor, **changes: Any) -> Ticket:
        details = replace(self.ticket.details, **changes) if changes else None
        return self.does(instant, Act(action=action, actor=actor, details=details, follow_up="T2"))

    def clock(self, name: str, run: int = 1) -> Clock:
        return next(clock for clock in self.ticket.clocks if (clock.name, clock.run) == (name, run))
