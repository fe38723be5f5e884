"""Leaf values: their text on the wire and their Python value, exactly as XML Schema writes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from tellerline.adapters.soap.errors import UnrecognisedError
from tellerline.adapters.soap.plan import Facets, Kind

_INTEGER = re.compile(r"[+-]?[0-9]{1,40}").fullmatch
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})").fullmatch
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
).fullmatch
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]").search
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def write_text(value: str) -> str:
    """Escaped; raises ``ValueError`` for a character that XML cannot carry."""
    if value.isprintable():
        return value.translate(_ESCAPES) if "&" in value or "<" in value or ">" in value else value
    if _NOT_XML(value):
        raise ValueError("holds a character that XML cannot carry")
    return value.translate(_ESCAPES)


def write_boolean(value: bool) -> str:
    if value is True:
        return "true"
    if value is False:
        return "false"
    raise ValueError("not a boolean")


def write_integer(value: int) -> str:
    if type(value) is not int:
        raise ValueError("not a whole number")
    return str(value)


def write_decimal(value: Decimal) -> str:
    if type(value) is not Decimal or not value.is_finite():
        raise ValueError("not a finite decimal")
    return format(value, "f")


def write_date(value: str) -> str:
    read_date(value)
    return value


def write_instant(value: str) -> str:
    if not _INSTANT(value):
        raise ValueError("not an instant")
    return value


def read_text(text: str | None) -> str:
    return text or ""


def read_boolean(text: str | None) -> bool:
    try:
        return _BOOLEANS[text or ""]
    except KeyError:
        raise UnrecognisedError from None


def read_integer(text: str | None) -> int:
    if text is None or not _INTEGER(text):
        raise UnrecognisedError
    return int(text)


def read_decimal(text: str | None) -> Decimal:
    if text is None or not _DECIMAL(text):
        raise UnrecognisedError
    return Decimal(text)


def read_date(text: str | None) -> str:
    if text is None or len(text) != 10 or text[4] != "-" or text[7] != "-":
        raise UnrecognisedError
    try:
        date.fromisoformat(text)
    except ValueError:
        raise UnrecognisedError from None
    return text


def read_instant(text: str | None) -> str:
    """In the form of ``datetime.isoformat``, so that two spellings of the same offset are one value."""
    if text is None or not _INSTANT(text):
        raise UnrecognisedError
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UnrecognisedError from None
    if text[-6] == "+" and text[-2] < "6" and (len(text) == 25 or (len(text) == 32 and text[20:26] != "000000")):
        return text  # whole seconds or microseconds, and no 60 minutes in its offset: this is that form
    return moment.isoformat()


READERS: dict[Kind, Callable[[str | None], object]] = {
    Kind.TEXT: read_text,
    Kind.BOOLEAN: read_boolean,
    Kind.INTEGER: read_integer,
    Kind.DECIMAL: read_decimal,
    Kind.DATE: read_date,
    Kind.INSTANT: read_instant,
}
"""Each returns the value of an element's text, or raises ``UnrecognisedError``."""

_WRITERS: dict[Kind, Callable[..., str]] = {
    Kind.TEXT: write_text,
    Kind.BOOLEAN: write_boolean,
    Kind.INTEGER: write_integer,
    Kind.DECIMAL: write_decimal,
    Kind.DATE: write_date,
    Kind.INSTANT: write_instant,
}


def writer(kind: Kind, facets: Facets) -> Callable[..., str]:
    """Text of a value of ``kind`` within ``facets``; what it returns raises ``ValueError`` for any other value."""
    plain = _WRITERS[kind]
    if facets == Facets():
        return plain
    if kind is Kind.TEXT:
        return _text_writer(facets)
    return _number_writer(plain, facets)


def _text_writer(facets: Facets) -> Callable[[str], str]:
    longest = facets.max_length if facets.max_length is not None else 1 << 30
    shortest, choices = facets.min_length, facets.choices
    matches = re.compile(facets.pattern).fullmatch if facets.pattern is not None else None

    def write(value: str) -> str:
        if not shortest <= len(value) <= longest:
            raise ValueError(f"must have {shortest} to {longest} characters")
        if choices and value not in choices:
            raise ValueError("is none of the contract's values")
        if matches is not None and not matches(value):
            raise ValueError("does not have the contract's form")
        return write_text(value)

    return write


def _number_writer(plain: Callable[..., str], facets: Facets) -> Callable[..., str]:
    def write(value: int | Decimal) -> str:
        text = plain(value)
        if facets.minimum is not None and value < facets.minimum:
            raise ValueError(f"is below {facets.minimum}")
        if facets.maximum is not None and value > facets.maximum:
            raise ValueError(f"is above {facets.maximum}")
        if facets.fraction_digits is not None and len(text.partition(".")[2]) > facets.fraction_digits:
            raise ValueError(f"has more than {facets.fraction_digits} decimal places")
        return text

    return write
