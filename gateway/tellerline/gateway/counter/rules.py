"""What the bank demands of its counters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tellerline.gateway.counter.segments import SegmentRule, load_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRules:
    """``reset_by_two``: a PIN reset waits for a second clerk. Seconds are how long it may be completed, and how long a
    grant lives that a clerk gave on seeing a document."""

    segments: SegmentRule
    reset_by_two: bool = True
    reset_seconds: int = 15 * 60
    grant_seconds: int = 600


class CounterSettings(BaseModel):
    """The table ``[counter]``. ``segment_rule`` is a TOML file in place of the one that comes with the gateway."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    pin_reset_by_two: bool = True
    segment_rule: Path | None = None

    def rules(self) -> CounterRules:
        """Raises ``OSError`` or ``ValueError`` for a segment rule that cannot be read."""
        return CounterRules(segments=load_rule(self.segment_rule), reset_by_two=self.pin_reset_by_two)
