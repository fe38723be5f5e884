"""Masking at the last moment before a value leaves the process: by the key's name, and by what the value looks like."""

from __future__ import annotations

import re
from typing import Any

HIDDEN = "***"
_HIDDEN_KEYS = frozenset(
    {
        "pin",
        "new_pin",
        "old_pin",
        "pin_block",
        "track",
        "track1",
        "track2",
        "cvv",
        "grant",
        "token",
        "password",
        "secret",
        "authorization",
        "identity_document",
        "owner_identity_document",
        "raw",
    }
)
# Made by ourselves and free of customers' numbers: not worth the time of a search.
_OWN_KEYS = frozenset(
    {
        *("at", "level", "event", "serial", "operation", "host", "state", "code", "trace", "span", "reason", "owner"),
        "incident",
    }
)
# Whether a key's value is hidden; what is in neither set is searched.
_HIDES = {**dict.fromkeys(_OWN_KEYS, False), **dict.fromkeys(_HIDDEN_KEYS, True)}
_NUMBER = re.compile(r"(?<!\d)(?:\d{17}[Xx]|\d{12,}|\d{4}(?:[ -]\d{4}){2,3}(?:[ -]\d{1,3})?)(?!\d)")
_IDENTITY = re.compile(r"\d{6}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
_SHORTEST = 12
# Every number holds this: twelve characters in a row that are digits, spaces, dashes or beyond ASCII (where there are
# digits too). To look for it costs a third of looking for numbers, and few texts have it.
_suspect = re.compile(r"[0-9 \-\u0080-\U0010ffff]{12}").search


def mask_number(number: str) -> str:
    """A card or account number with at most its first 6 and last 4 places; less of a short one, nothing below 8."""
    length = len(number)
    if length >= 13:
        return f"{number[:6]}{'*' * (length - 10)}{number[-4:]}"
    if length >= 8:
        return "*" * (length - 4) + number[-4:]
    return HIDDEN if number else ""


def mask_text(text: str) -> str:
    """``text`` with everything in it that looks like a card, account or identity number masked."""
    return _NUMBER.sub(_mask_match, text) if _suspect(text) else text


def mask_event(event: dict[str, Any]) -> dict[str, Any]:
    """``event`` itself: its secrets hidden by key, numbers in every other value masked, however deeply nested."""
    for key, value in event.items():
        hidden = _HIDES.get(key)
        if hidden is None:
            if value.__class__ is str:
                if len(value) >= _SHORTEST and _suspect(value):
                    event[key] = _NUMBER.sub(_mask_match, value)
            elif value.__class__ is not float:
                event[key] = _masked(value)
        elif hidden:
            event[key] = HIDDEN
    return event


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_text(value)
    if value is None or isinstance(value, float | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**11 else mask_number(str(abs(value)))
    if isinstance(value, dict):
        return mask_event(dict(value))
    return _masked_other(value)


def _masked_other(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(item) for item in value]
    return mask_text(str(value))


def _mask_match(found: re.Match[str]) -> str:
    number = found.group()
    if _IDENTITY.fullmatch(number):
        return HIDDEN
    return mask_number(number)
