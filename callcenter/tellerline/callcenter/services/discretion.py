"""What an agent's program is not told: that a leader listens, until everybody hears him."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson

from tellerline.callcenter.live.records import Entry, Recorded
from tellerline.callcenter.site.facts import (
    KINDS,
    AgentFact,
    AgentJoined,
    CallArrived,
    CallOriginated,
    RecordArchived,
    SupervisionAsked,
    SupervisionBegun,
    SupervisionEnded,
)
from tellerline.callcenter.site.state import Call
from tellerline.callcenter.site.words import OfferKind, Role

_SUPERVISION = frozenset(fact.__name__ for fact in (SupervisionAsked, SupervisionBegun, SupervisionEnded))
_BEGINNINGS = frozenset(fact.__name__ for fact in (CallArrived, CallOriginated))
_OF_AGENTS = frozenset(kind for kind, fact in KINDS.items() if issubclass(fact, AgentFact))


class Discretion:
    """For one viewer who does not lead. ``leaders`` are all who do.

    Only the facts of a call from its first one on tell which of its legs are leaders': whoever begins in the middle
    lets it ``learn`` the earlier ones of each call that it does not know.
    """

    def __init__(self, leaders: Collection[str]) -> None:
        self._leaders = frozenset(leaders)
        self._legs: set[str] = set()
        self._calls: set[str] = set()

    def knows(self, recorded: Recorded) -> bool:
        """Whether the fact is about no call, a new one, or one whose earlier facts were shown to it."""
        entry = recorded.entry
        return not entry.call or entry.call in self._calls or entry.kind in _BEGINNINGS

    def learn(self, call: str, earlier: Iterable[Recorded]) -> None:
        """The facts of a call that came before what is to be shown to it next, in order."""
        self._calls.add(call)
        for recorded in earlier:
            self._note(recorded.entry.kind, orjson.loads(recorded.entry.body))

    def hides(self, recorded: Recorded) -> bool:
        """Whether the viewer must not know of it. Facts are to be shown to it in order."""
        entry = recorded.entry
        body = orjson.loads(entry.body)
        self._remember(entry)
        self._note(entry.kind, body)
        return (
            entry.kind in _SUPERVISION
            or body.get("kind") == OfferKind.SUPERVISION
            or body.get("leg", "") in self._legs
            or (entry.agent in self._leaders and entry.kind in _OF_AGENTS)
        )

    def _remember(self, entry: Entry) -> None:
        if entry.kind == RecordArchived.__name__:
            self._calls.discard(entry.call)
        elif entry.call:
            self._calls.add(entry.call)

    def _note(self, kind: str, body: Mapping[str, Any]) -> None:
        """A leader's leg is hidden until everybody hears it."""
        if kind == AgentJoined.__name__:
            self._legs.discard(body["leg"])
        elif body.get("role") == Role.LEADER:
            self._legs.add(body["leg"])


def unheard(call: Call) -> frozenset[str]:
    """The call's legs that its agents are not told of."""
    return frozenset(leg.id for leg in call.legs.values() if leg.role is Role.LEADER)
