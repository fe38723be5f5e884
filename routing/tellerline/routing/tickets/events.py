"""What happens to a ticket: facts that are never changed or taken back. A ticket is what its events make of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from tellerline.routing.tickets.details import Details
from tellerline.routing.tickets.kinds import Ending, Kind, Party, Role, Standing


class Outcome(StrEnum):
    """How a clock ended."""

    MET = "met"
    MISSED = "missed"
    VOID = "void"
    """Neither: the ticket was withdrawn, or the agreed instant was moved."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """``to`` is called at ``at`` unless the clock has stopped or been paused by then."""

    to: Role
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """``at`` (UTC) is when it happened; ``actor`` who did it, empty where time did."""

    at: datetime
    actor: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Event):
    """``follows`` is the ticket that this one goes on from, a second complaint's first; empty if none."""

    kind: Kind
    flow: str
    flow_version: int
    step: str
    standing: Standing
    details: Details
    follows: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Event):
    """``action`` took it from step ``origin`` to ``step``, or ended it there."""

    action: str
    origin: str
    step: str
    standing: Standing
    ending: Ending | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended(Event):
    """What is written on it from now on; what was written before stands in the event before."""

    details: Details


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Event):
    party: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Event):
    """撤诉."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed(Event):
    """``ticket`` goes on from this one."""

    ticket: str
    flow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionSeen(Event):
    """What the gateway said about the transaction ``serial``. Not ``definite``: its outcome is not known."""

    serial: str
    state: str
    definite: bool
    accounting_date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStarted(Event):
    """``run`` counts the starts of the clock ``clock`` from 1. ``left`` is its working time; None where it runs until
    an agreed instant. ``calendar`` is the version of the working calendar that ``due`` was computed with."""

    clock: str
    run: int
    due: datetime
    left: timedelta | None
    alarms: tuple[Alarm, ...]
    calendar: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPaused(Event):
    """``left`` is the working time that was left."""

    clock: str
    run: int
    left: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResumed(Event):
    clock: str
    run: int
    due: datetime
    alarms: tuple[Alarm, ...]
    calendar: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStopped(Event):
    clock: str
    run: int
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMissed(Event):
    """``at`` is when it was due. The clock runs on until what it waits for is done."""

    clock: str
    run: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(Event):
    """``to`` is called. ``clock`` is empty for a major event, at whose opening all are."""

    to: Role
    clock: str = ""
    run: int = 0


ClockEvent: TypeAlias = ClockStarted | ClockPaused | ClockResumed | ClockStopped | ClockMissed | Escalated
TicketEvent: TypeAlias = Opened | Moved | Amended | Told | Withdrawn | Followed | TransactionSeen | ClockEvent

OF_TIME = (ClockMissed, Escalated)
"""What time does by itself, whether or not anybody looks."""
