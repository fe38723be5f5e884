"""Both sides of a comparison, and the ways in which they may differ."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tellerline.routing.model.money import Money


class DifferenceKind(StrEnum):
    """There is no seventh."""

    MISSING_AT_HOST = "MISSING_AT_HOST"
    MISSING_IN_JOURNAL = "MISSING_IN_JOURNAL"
    AMOUNT = "AMOUNT"
    STATE = "STATE"
    ACCOUNTING_DATE = "ACCOUNTING_DATE"
    DUPLICATE = "DUPLICATE"


class Standing(StrEnum):
    """How a transaction of the journal stands, as far as a comparison must tell."""

    DONE = "DONE"
    REVERSED = "REVERSED"
    NOTHING = "NOTHING"
    """Refused, or never sent: the host must not have done it."""
    DOUBTED = "DOUBTED"
    """In doubt: the host's day may settle it."""
    UNSETTLED = "UNSETTLED"
    """Still running, or waiting for people: neither side is wrong yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEntry:
    """One line of a host's day. ``account`` is empty and ``amount`` None where the host names none."""

    reference: str
    reversed: bool
    accounting_date: str
    operation: str = ""
    account: str = ""
    amount: Money | None = None
    host_serial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One transaction of the journal. ``accounting_date`` is the host's own, empty while it has said none; ``expected``
    then says that the host must have booked it on the day that is compared, or before."""

    reference: str
    standing: Standing
    accounting_date: str
    operation: str = ""
    account: str = ""
    amount: Money | None = None
    host_serial: str = ""
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; at least one side is there."""

    kind: DifferenceKind
    reference: str
    host: DayEntry | None
    journal: JournalEntry | None


class HostWord(StrEnum):
    """What the host's day says of a transaction in doubt."""

    DONE = "DONE"
    REVERSED = "REVERSED"
    ABSENT = "ABSENT"
    """No line: it proves something only after the host's maximum processing time."""


@dataclass(frozen=True, slots=True)
class Word:
    """The host's word about one doubt; ``entry`` is the line that says it."""

    word: HostWord
    reference: str
    entry: DayEntry | None


@dataclass(frozen=True, slots=True)
class Match:
    """Both sides say the same."""

    reference: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Not to be judged yet."""

    reference: str


Finding = Match | Difference | Word | Unsettled
