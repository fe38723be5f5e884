"""Who may sit at a telephone: agents with their skills, and who leads."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.routing.calls.model import AgentProfile


@dataclass(frozen=True, slots=True)
class Listed:
    profile: AgentProfile
    leader: bool
