"""The tagged data of field 48: for each entry two digits of tag, three of length, the value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MAC_KEY: Final = "01"
PIN_KEY: Final = "02"
STATEMENT: Final = "03"
PIN_BLOCK: Final = "04"
NEW_PIN_BLOCK: Final = "05"

_HEAD: Final = 5


def parse_tags(text: str) -> Mapping[str, str]:
    """The values by tag. ``ValueError`` when a length lies, a tag comes twice, or something is left over."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        head = text[at : at + _HEAD]
        if len(head) != _HEAD or not (head.isascii() and head.isdigit()):
            raise ValueError("not a tag")
        tag, start = head[:2], at + _HEAD
        at = start + int(head[2:])
        if at > len(text) or tag in found:
            raise ValueError("a length that lies, or a tag twice")
        found[tag] = text[start:at]
    return found


def tagged(values: Mapping[str, str]) -> str:
    """The text of ``values``, in their order."""
    return "".join(f"{tag}{len(value):03d}{value}" for tag, value in values.items())
