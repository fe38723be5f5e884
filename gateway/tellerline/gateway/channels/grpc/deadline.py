"""How long a call may take: the caller's wish, the server's own when there is none, never beyond the maximum."""

from __future__ import annotations

from tellerline.gateway.channels.grpc.front import FrontSettings
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.codes import Code

_UNITS = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
_MOST_DIGITS = 8
_MOST_DIGITS_CONNECT = 10


def parse_timeout(text: str) -> float:
    """Seconds of a ``grpc-timeout`` value (``250m``); raises ``RefusalError`` when it is not one."""
    unit = _UNITS.get(text[-1:])
    if unit is None:
        raise _bad("grpc-timeout")
    return _number(text[:-1], _MOST_DIGITS, "grpc-timeout") * unit


def parse_milliseconds(text: str) -> float:
    """Seconds of a ``connect-timeout-ms`` value; raises ``RefusalError`` when it is not one."""
    return _number(text, _MOST_DIGITS_CONNECT, "connect-timeout-ms") / 1000


def _number(digits: str, most: int, name: str) -> int:
    if not (digits.isascii() and digits.isdigit()) or len(digits) > most:
        raise _bad(name)
    return int(digits)


def _bad(name: str) -> RefusalError:
    return RefusalError(Code.INVALID_REQUEST, violations=(FieldViolation(name, "not a timeout"),))


def time_allowed(wished: float | None, settings: FrontSettings) -> float:
    """Seconds that a call gets whose caller asked for ``wished``; zero when that is already over."""
    if wished is None:
        return settings.default_deadline
    return min(max(0.0, wished), settings.maximum_deadline)
