"""What an agent's program is not told: that a leader listens, until everybody hears him."""

from __future__ import annotations

from collections.abc import Collection

import orjson

from tellerline.callcenter.live.records import Recorded
from tellerline.callcenter.site.facts import (
    KINDS,
    AgentFact,
    AgentJoined,
    SupervisionAsked,
    SupervisionBegun,
    SupervisionEnded,
)
from tellerline.callcenter.site.state import Call, SiteState
from tellerline.callcenter.site.words import OfferKind, Role

_SUPERVISION = frozenset(fact.__name__ for fact in (SupervisionAsked, SupervisionBegun, SupervisionEnded))
_OF_AGENTS = frozenset(kind for kind, fact in KINDS.items() if issubclass(fact, AgentFact))


class Discretion:
    """For one viewer who does not lead. ``leaders`` are all who do."""

    def __init__(self, leaders: Collection[str]) -> None:
        self._leaders = frozenset(leaders)
        self._legs: set[str] = set()

    def hides(self, recorded: Recorded, state: SiteState) -> bool:
        """Whether the viewer must not know of it. Facts are to be shown to it in order."""
        entry = recorded.entry
        body = orjson.loads(entry.body)
        leg = body.get("leg", "")
        if entry.kind == AgentJoined.__name__:
            self._legs.discard(leg)
        elif body.get("role") == Role.LEADER or self._is_leaders(leg, state):
            self._legs.add(leg)
        return (
            entry.kind in _SUPERVISION
            or body.get("kind") == OfferKind.SUPERVISION
            or leg in self._legs
            or (entry.agent in self._leaders and entry.kind in _OF_AGENTS)
        )

    def _is_leaders(self, leg: str, state: SiteState) -> bool:
        found = state.leg(leg) if leg else None
        return found is not None and found[1].role is Role.LEADER


def unheard(call: Call) -> frozenset[str]:
    """The call's legs that its agents are not told of."""
    return frozenset(leg.id for leg in call.legs.values() if leg.role is Role.LEADER)
