"""Pages (AIP-158): sizes and opaque tokens that hold for one query only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

from google.protobuf.message import Message

from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.refusals import invalid
from tellerline.routing.model.codes import Code

_PRINT = 8
_POSITION = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_MOST_DIGITS = 18
_NOT_THE_QUERY = ("context", "page_size", "page_token", "resume_token")


def page_size(asked: int, *, default: int = 50, most: int = 200) -> int:
    """How many to return: ``default`` for 0, never more than ``most``; negative is refused."""
    if asked < 0:
        raise invalid("page_size", "negative")
    return min(asked or default, most)


def page_token(request: Message, position: str) -> str:
    """A token to go on behind ``position`` with the same query."""
    return base64.urlsafe_b64encode(_print_of(request) + position.encode()).rstrip(b"=").decode()


def position_of(request: Message, token: str) -> str:
    """The position in a token of ``page_token``; empty for an empty token. Raises ``INVALID_PAGE_TOKEN``."""
    if not token:
        return ""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        position = raw[_PRINT:].decode("ascii")
    except (binascii.Error, ValueError):
        raise RefusalError(Code.INVALID_PAGE_TOKEN) from None
    if raw[:_PRINT] != _print_of(request) or not _POSITION.fullmatch(position):
        raise RefusalError(Code.INVALID_PAGE_TOKEN)
    return position


def number_of(request: Message, token: str) -> int:
    """The position as a whole number; 0 for an empty token."""
    position = position_of(request, token)
    if position and not (position.isdigit() and len(position) <= _MOST_DIGITS):
        raise RefusalError(Code.INVALID_PAGE_TOKEN)
    return int(position or 0)


def _print_of(request: Message) -> bytes:
    query = type(request)()
    query.CopyFrom(request)
    for field in _NOT_THE_QUERY:
        if field in query.DESCRIPTOR.fields_by_name:
            query.ClearField(field)
    return hashlib.sha256(query.SerializeToString(deterministic=True)).digest()[:_PRINT]
