"""What a channel says afterwards of a transaction of its own, with all that follows from it, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tellerline.gateway.journal.records import Acceptance, Event, Settlement, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A row that nobody ever sees pending: accepted and settled at once."""

    acceptance: Acceptance
    settlement: Settlement


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The transaction that is spoken of, as it was read: its state, and how many events of ``kind`` it had.

    ``change`` is what becomes of it; without one ``event`` alone is added to its history.
    """

    global_serial: str
    stood: State
    kind: str
    heard: int
    change: Settlement | None = None
    event: Event | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """``row`` is the saying itself, under the channel serial that it came with.

    ``about`` is None when the channel has no such transaction: then one of ``others`` takes the serial that it would
    have come under, so that it never can.
    """

    row: Addition
    about: About | None
    others: tuple[Addition, ...] = ()


class Said(StrEnum):
    WRITTEN = "WRITTEN"
    OUTDATED = "OUTDATED"
    """Something has changed since it was read, and nothing was written: read again."""
