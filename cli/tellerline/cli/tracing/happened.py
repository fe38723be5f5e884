"""Events of a call as the call centre's contract tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """``agent`` and ``queue`` are ids, empty where they do not apply; ``details`` what else belongs to this kind."""

    at: datetime
    kind: str
    agent: str
    queue: str
    details: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A detail in words; empty where there is none."""
        value = self.details.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else str(value)


def happened(event: Mapping[str, Any]) -> Happened:
    """Of a reply's JSON."""
    return Happened(
        at=datetime.fromisoformat(event["event_time"]),
        kind=event["kind"],
        agent=event["agent"].removeprefix("agents/"),
        queue=event["queue"].removeprefix("queues/"),
        details=dict(event.get("details") or {}),
    )
