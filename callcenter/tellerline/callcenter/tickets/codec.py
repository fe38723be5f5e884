"""Events as JSON and back: what is kept for ever, so names and shapes only ever grow."""

from __future__ import annotations

import re
from typing import Any, get_args

from pydantic import TypeAdapter

from tellerline.routing.tickets import events
from tellerline.routing.tickets.events import TicketEvent

_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def _adapters() -> dict[str, TypeAdapter[Any]]:
    return {_WORD.sub("_", kind.__name__).lower(): TypeAdapter(kind) for kind in get_args(events.TicketEvent)}


_ADAPTERS = _adapters()
_KINDS = {kind: _WORD.sub("_", kind.__name__).lower() for kind in get_args(events.TicketEvent)}

KINDS = frozenset(_ADAPTERS)


def kind_of(event: TicketEvent) -> str:
    """A stable lower-case word, such as ``clock_missed``."""
    return _KINDS[type(event)]


def encode(event: TicketEvent) -> bytes:
    return _ADAPTERS[kind_of(event)].dump_json(event)


def decode(kind: str, content: bytes) -> TicketEvent:
    """The event that ``encode`` wrote. Raises ``KeyError`` for a kind, ``ValueError`` for a content, that is none."""
    event: TicketEvent = _ADAPTERS[kind].validate_json(content)
    return event


def detail(event: TicketEvent) -> dict[str, Any]:
    """What belongs to an event besides when, who and why, as plain JSON values without what is empty."""
    values: dict[str, Any] = _ADAPTERS[kind_of(event)].dump_python(event, mode="json")
    return _without_empty({name: value for name, value in values.items() if name not in {"at", "actor", "reason"}})


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    plain = {name: _without_empty(value) if isinstance(value, dict) else value for name, value in values.items()}
    return {name: value for name, value in plain.items() if value not in (None, "", [], {})}
