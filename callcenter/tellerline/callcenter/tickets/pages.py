"""Pages (AIP-158): sizes, and opaque tokens that hold for one query only."""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import datetime

from google.protobuf.message import Message

from tellerline.callcenter.tickets.refusals import Code, RefusalError, invalid
from tellerline.callcenter.tickets.rows import instant, micros

_PRINT = 8
_DEFAULT, _MOST = 50, 200


def page_size(asked: int) -> int:
    """How many to return: 50 for 0, never more than 200."""
    if asked < 0:
        raise invalid("page_size", "negative")
    return min(asked or _DEFAULT, _MOST)


def page_token(query: Message, opened_at: datetime, ticket: str) -> str:
    """A token to go on behind a ticket with the same ``query``."""
    position = f"{micros(opened_at)} {ticket}".encode()
    return base64.urlsafe_b64encode(_print(query) + position).decode()


def position(query: Message, token: str) -> tuple[datetime, str] | None:
    """The place in a token of ``page_token``; None for an empty one. Raises ``INVALID_PAGE_TOKEN``."""
    if not token:
        return None
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
        at, _, ticket = raw[_PRINT:].decode("ascii").partition(" ")
        place = instant(int(at)), ticket
    except (binascii.Error, ValueError, OverflowError):
        raise RefusalError(Code.INVALID_PAGE_TOKEN) from None
    if raw[:_PRINT] != _print(query):
        raise RefusalError(Code.INVALID_PAGE_TOKEN)
    return place


def _print(query: Message) -> bytes:
    return hashlib.sha256(query.SerializeToString(deterministic=True)).digest()[:_PRINT]
