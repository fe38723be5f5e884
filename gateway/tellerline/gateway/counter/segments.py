"""Segments A–D 客户细分: contribution × turnover by a rule that is data."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tellerline.routing.model.money import exponent

_SEGMENTS = {(True, True): "A", (True, False): "B", (False, True): "C", (False, False): "D"}


class SegmentRule(BaseModel):
    """High is at or above a threshold; amounts in whole units of ``currency``, over ``period``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    period: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    high_contribution: Decimal = Field(ge=0, lt=10**13)
    high_turnover: Decimal = Field(ge=0, lt=10**13)

    def segment(self, contribution: int, turnover: int) -> str:
        """``A`` to ``D`` for figures in minor units of ``currency``."""
        scale = 10 ** exponent(self.currency)
        return _SEGMENTS[contribution >= self.high_contribution * scale, turnover >= self.high_turnover * scale]


def load_rule(file: Path | None = None) -> SegmentRule:
    """From a TOML file, or the one that comes with the gateway. Raises ``OSError`` or ``ValueError``."""
    source = (files("tellerline.gateway.counter") / "segments.toml") if file is None else file
    return SegmentRule.model_validate(tomllib.loads(source.read_text(encoding="utf-8")))
