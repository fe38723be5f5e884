"""What the bank demands of its counters."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from tellerline.gateway.access.tries import TryRules
from tellerline.gateway.counter.segments import SegmentRule, load_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRules:
    """``reset_by_two``: a PIN reset waits for a second clerk. Seconds are how long it may be completed, and how long a
    grant lives that a clerk gave on seeing a document. ``document_tries``: of one customer's, at all counters."""

    segments: SegmentRule
    reset_by_two: bool = True
    reset_seconds: int = 15 * 60
    grant_seconds: int = 600
    document_tries: TryRules = field(default_factory=lambda: TryRules(lock_after=5))


class CounterSettings(BaseModel):
    """The table ``[counter]``. ``segment_rule`` is a TOML file in place of the one that comes with the gateway;
    ``document_lock_after`` wrong identity documents in a row lock their comparison for ``document_lock_seconds``."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    pin_reset_by_two: bool = True
    segment_rule: Path | None = None
    document_lock_after: int = Field(default=5, ge=1)
    document_lock_seconds: int = Field(default=24 * 3600, ge=1)

    def rules(self) -> CounterRules:
        """Raises ``OSError`` or ``ValueError`` for a segment rule that cannot be read."""
        return CounterRules(
            segments=load_rule(self.segment_rule),
            reset_by_two=self.pin_reset_by_two,
            document_tries=TryRules(lock_after=self.document_lock_after, lock_seconds=self.document_lock_seconds),
        )
