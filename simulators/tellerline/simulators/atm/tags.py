"""The tagged data of element 48: tag of two digits, length of three, value."""

from __future__ import annotations

from collections.abc import Mapping

ELEMENT = 48
MAC_KEY, PIN_KEY, STATEMENT, PIN_BLOCK, NEW_PIN_BLOCK = "01", "02", "03", "04", "05"
SECRET = frozenset({MAC_KEY, PIN_KEY, PIN_BLOCK, NEW_PIN_BLOCK})


def tagged(values: Mapping[str, str]) -> str:
    return "".join(f"{tag}{len(value):03d}{value}" for tag, value in values.items())


def untagged(text: str) -> Mapping[str, str]:
    """The values by tag; what is cut off or has no length counts as absent."""
    values = {}
    at = 0
    while text[at + 2 : at + 5].isdigit():
        length = int(text[at + 2 : at + 5])
        value = text[at + 5 : at + 5 + length]
        if len(value) == length:
            values[text[at : at + 2]] = value
        at += 5 + length
    return values
