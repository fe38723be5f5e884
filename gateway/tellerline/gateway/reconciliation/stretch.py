"""What is compared at a time, and what it showed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tellerline.gateway.journal.difference_records import DifferenceCase
from tellerline.routing.reconciliation.entries import DayEntry, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The lines of ``host``'s ``day`` with references above ``after``, up to and with ``until`` (empty: no bound), in
    their order. ``produced_at`` is when the host closed the file: what is younger is not expected in it."""

    host: str
    day: str
    produced_at: datetime
    after: str
    until: str
    entries: Sequence[DayEntry]


@dataclass(slots=True)
class Findings:
    """What a stretch showed. ``words`` are about doubts that were settled by it, or set going."""

    matched: int = 0
    unsettled: int = 0
    words: list[Word] = field(default_factory=list)
    cases: list[DifferenceCase] = field(default_factory=list)
