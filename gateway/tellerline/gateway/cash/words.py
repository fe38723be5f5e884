"""What a terminal's word about a withdrawal means: pure decisions, without a journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import orjson

from tellerline.gateway.journal.records import Event, State

DISPENSED = "dispensed"
"""The kind of the event that keeps the terminal's first word."""
CONTRADICTED = "contradicted"


class Consequence(Enum):
    KEPT = "kept"
    """All came out: the withdrawal stays as it is."""
    RETURNED = "returned"
    """A part came out: the rest is given back."""
    TAKEN_BACK = "taken_back"
    """Nothing came out: the withdrawal is undone at the host."""
    NOTHING = "nothing"
    """Nothing came out of what is undone already, is being undone, or was never done."""
    REPEATED = "repeated"
    """The terminal has said the same before."""
    CONTRADICTED = "contradicted"
    """The terminal has said something else before, or gave out what the host has not booked."""
    CONTRADICTED_AGAIN = "contradicted_again"
    """The same contradiction once more: people know of it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the history of a withdrawal says of its terminal's words, in minor units.

    ``dispensed`` is the first word, None while there was none; ``words`` is how many events keep it.
    """

    dispensed: int | None
    words: int
    contradictions: frozenset[int]


def heard(history: Sequence[Event]) -> Heard:
    """From the events of a withdrawal, oldest first."""
    words = [orjson.loads(event.detail)["minor"] for event in history if event.kind == DISPENSED]
    details = [orjson.loads(event.detail) for event in history if event.kind == CONTRADICTED]
    contradictions = frozenset(detail["minor"] for detail in details if "minor" in detail)
    return Heard(words[0] if words else None, len(words), contradictions)


def consequence(state: State, amount: int, said: int, before: Heard, *, reversing: bool) -> Consequence:
    """``amount`` was withdrawn, ``said`` came out, in minor units; at most ``amount``.

    ``reversing``: a withdrawal in doubt is on its way back already.
    """
    if before.dispensed == said:
        return Consequence.REPEATED
    if before.dispensed is not None or (said and state is not State.DONE):
        known = said in before.contradictions
        return Consequence.CONTRADICTED_AGAIN if known else Consequence.CONTRADICTED
    if said:
        return Consequence.KEPT if said == amount else Consequence.RETURNED
    if state in (State.DONE, State.PENDING) or (state is State.IN_DOUBT and not reversing):
        return Consequence.TAKEN_BACK
    return Consequence.NOTHING
