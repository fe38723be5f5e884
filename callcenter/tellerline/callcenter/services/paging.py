"""Pages of what can be long: how many at most, and from where on."""

from __future__ import annotations

from typing import Any

from tellerline.callcenter.services.refusals import invalid

_DEFAULT, _MOST = 50, 200
_MOST_DIGITS = 18


def page_size(request: Any) -> int:
    """Of ``request.page_size``."""
    if request.page_size < 0:
        raise invalid("page_size", "negative")
    return min(request.page_size or _DEFAULT, _MOST)


def position(token: str) -> int:
    """What a page token stands for: 0 for none."""
    if token and not (token.isascii() and token.isdigit() and len(token) <= _MOST_DIGITS):
        raise invalid("page_token", "malformed")
    return int(token or 0)
