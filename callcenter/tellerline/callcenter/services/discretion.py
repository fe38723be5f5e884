"""What an agent's program is not told: that a leader listens, until everybody hears him, or has listened to what was
recorded; and, of calls that the agent has no part in, what people wrote and whose numbers they were."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import orjson

from tellerline.adapters.telemetry import mask_number
from tellerline.api.calls.v1 import calls_pb2 as pb
from tellerline.callcenter.live.records import Entry, Recorded
from tellerline.callcenter.site.facts import (
    KINDS,
    AgentFact,
    AgentJoined,
    CallArrived,
    CallOriginated,
    ConsultStarted,
    LegDialled,
    RecordArchived,
    RecordingFetched,
    SupervisionAsked,
    SupervisionBegun,
    SupervisionEnded,
)
from tellerline.callcenter.site.state import Call
from tellerline.callcenter.site.words import OfferKind, Role

_SUPERVISION = frozenset(
    fact.__name__ for fact in (SupervisionAsked, SupervisionBegun, SupervisionEnded, RecordingFetched)
)
_BEGINNINGS = frozenset(fact.__name__ for fact in (CallArrived, CallOriginated))
_JOINING = frozenset({AgentJoined.__name__, CallOriginated.__name__})
_WRITTEN = frozenset({"entries", "reason", "parties"})
_NUMBERS = frozenset({"caller", "number"})
_PARTS = frozenset({"AGENT", "HELP"})
_OUTSIDE = frozenset({pb.ROLE_CUSTOMER, pb.ROLE_OUTSIDE})
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


def has_part(call: Call, agent: str) -> bool:
    """Whether he serves or helps in the call, did so, or has called out."""
    served = any(segment.name == agent and segment.kind in _PARTS for segment in call.record.segments)
    return served or agent in call.agents or call.origin == agent


def took_part(facts: Iterable[Recorded], agent: str) -> bool:
    """The same of a call's facts."""
    return any(recorded.entry.agent == agent and recorded.entry.kind in _JOINING for recorded in facts)


def without_numbers(shown: pb.Call, *, outbound: bool) -> pb.Call:
    """The same call, with the telephone numbers of people outside masked."""
    customer = "called_number" if outbound else "caller_number"
    setattr(shown, customer, mask_number(getattr(shown, customer)))
    for leg in shown.legs:
        if leg.role in _OUTSIDE:
            leg.party = mask_number(leg.party)
    return shown


def discreet(recorded: Recorded) -> Recorded:
    """Without what people wrote, and with the telephone numbers of people outside masked."""
    entry = recorded.entry
    body = {name: value for name, value in orjson.loads(entry.body).items() if name not in _WRITTEN}
    numbers = {*_NUMBERS, "party", "address"} if _is_outside(entry.kind, body) else _NUMBERS
    body |= {name: mask_number(body[name]) for name in numbers if isinstance(body.get(name), str)}
    return Recorded(recorded.position, replace(entry, body=orjson.dumps(body)))


def _is_outside(kind: str, body: Mapping[str, Any]) -> bool:
    """Whether the other party is not one of our own people."""
    if kind == LegDialled.__name__:
        return body["role"] in (Role.CUSTOMER, Role.OUTSIDE)
    return kind == ConsultStarted.__name__ and not body["inside"]
