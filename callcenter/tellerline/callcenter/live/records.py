"""What a site writes down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One fact as it is kept: what happened, to whom, and its ``body`` (JSON). Ids that do not apply are empty."""

    at: datetime
    kind: str
    body: bytes
    agent: str = ""
    call: str = ""
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """``position`` counts a site's facts from 1 without a gap: it is where a reader of the feed goes on."""

    position: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Image:
    """Everything that follows from the facts up to ``position``, in one piece."""

    position: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """Whose facts a reader wants: those that name the agent, the call or the queue; all, where he names none."""

    agent: str = ""
    call: str = ""
    queue: str = ""

    def wants(self, entry: Entry) -> bool:
        """Whether every name given is the fact's."""
        return self.agent in ("", entry.agent) and self.call in ("", entry.call) and self.queue in ("", entry.queue)


EVERYTHING = Interest()
