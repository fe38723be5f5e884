"""What every fact has: an instant, and the version of the agent or the call after it, which the site sets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFact(Fact):
    agent: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact(Fact):
    call: str
    version: int = 0
    counts: ClassVar[bool] = True
    """Whether the version of the call grows: not by what no command depends on."""
