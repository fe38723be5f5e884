"""Facts and states of a site ⇄ JSON."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from tellerline.callcenter.live.records import Entry
from tellerline.callcenter.site.facts import KINDS, Fact
from tellerline.callcenter.site.state import SiteState


def entry_of(fact: Fact) -> Entry:
    kind = type(fact).__name__
    return Entry(
        at=fact.at,
        kind=kind,
        body=_adapter(kind).dump_json(fact),
        agent=getattr(fact, "agent", "") or "",
        call=getattr(fact, "call", "") or "",
        queue=getattr(fact, "queue", "") or "",
    )


def fact_of(entry: Entry) -> Fact:
    """Raises ``ValueError`` for a fact of a kind or shape that this version does not know."""
    if entry.kind not in KINDS:
        raise ValueError(f"facts of kind {entry.kind} are not known to this version")
    fact: Fact = _adapter(entry.kind).validate_json(entry.body)
    return fact


def state_to_json(state: SiteState) -> bytes:
    return _STATES.dump_json(state)


def state_from_json(body: bytes) -> SiteState:
    """Raises ``ValueError`` for what another version wrote and this one cannot read."""
    state: SiteState = _STATES.validate_json(body)
    return state


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(KINDS[kind])


_STATES: TypeAdapter[SiteState] = TypeAdapter(SiteState)
