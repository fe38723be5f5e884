"""Everything that is up at a switch at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class LegState(StrEnum):
    """The connection states of CSTA that a switch can tell apart by itself."""

    OFFERED = "OFFERED"
    INITIATED = "INITIATED"
    ALERTING = "ALERTING"
    CONNECTED = "CONNECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegSeen:
    """``incoming`` legs were offered, the others dialled. ``number`` is the caller's, or the address dialled."""

    leg: str
    state: LegState
    incoming: bool
    number: str
    called: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """By id: legs; the members of each conversation; the leg of each recording that still runs; and the legs of each
    monitor, the one listened to first."""

    legs: Mapping[str, LegSeen]
    conversations: Mapping[str, frozenset[str]]
    recordings: Mapping[str, str]
    monitors: Mapping[str, tuple[str, str]]
