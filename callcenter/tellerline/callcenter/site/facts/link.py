"""Facts of the link to the switch."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.callcenter.site.facts.base import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWentDown(Fact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCameBack(Fact):
    restarted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Converged(Fact):
    """State and switch were compared; ``strangers`` legs were cleared."""

    strangers: int
