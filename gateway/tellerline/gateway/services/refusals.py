"""Short ways to refuse a request for its shape."""

from __future__ import annotations

from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.codes import Code

_WIDE_SPACE = "\N{IDEOGRAPHIC SPACE}"


def invalid(field: str, why: str, code: Code = Code.INVALID_REQUEST) -> RefusalError:
    """The refusal of one bad field, by its proto path, with a stable word for what is wrong."""
    return RefusalError(code, violations=(FieldViolation(field, why),))


def checked_text(text: str, field: str, limit: int, *, required: bool = False) -> str:
    """``text`` if it has at most ``limit`` characters and no control characters."""
    if not text:
        if required:
            raise invalid(field, "missing")
        return text
    if len(text) > limit:
        raise invalid(field, "too_long")
    if not text.isprintable():
        raise invalid(field, "control_character")
    return text


def checked_words(text: str, field: str, limit: int, *, required: bool = False) -> str:
    """``text`` of people, such as a name or a reason: also with the wide space (U+3000) of Chinese writing."""
    checked_text(text.replace(_WIDE_SPACE, " "), field, limit, required=required)
    return text
