"""JSON text to values, with nothing lost or guessed on the way."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

from tellerline.gateway.channels.http.refusals import bad_body


class Fraction(str):
    """A number with a point or an exponent, as it was written: binary floating point is no place for money."""

    __slots__ = ()


def parse_json(text: bytes) -> Any:
    """The value, fractions as ``Fraction``. Raises ``RefusalError`` (INVALID_REQUEST) with what is wrong: ``not_utf8``,
    ``not_json``, ``duplicate_key``, ``too_deep``, or a number that JSON does not have.
    """
    try:
        return _DECODER.decode(text.decode("utf-8"))
    except UnicodeDecodeError:
        raise bad_body("", "not_utf8") from None
    except RecursionError:
        raise bad_body("", "too_deep") from None
    except ValueError:
        raise bad_body("", "not_json") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        again = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise bad_body(f"/{escaped(again)}", "duplicate_key")
    return made


def _no_number(word: str) -> Any:
    raise bad_body("", "not_json")


def escaped(name: str) -> str:
    """A name as one part of a JSON pointer (RFC 6901), at most 64 characters of it; half a surrogate pair as ``?``."""
    said = name[:64].encode(errors="replace").decode()
    return said.replace("~", "~0").replace("/", "~1")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_float=Fraction, parse_constant=_no_number)
