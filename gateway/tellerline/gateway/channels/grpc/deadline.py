"""How long a call may take: the caller's wish, the server's own when there is none, never beyond the maximum."""

from __future__ import annotations

from tellerline.gateway.channels.grpc.front import FrontSettings
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.codes import Code

_UNITS = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
_MOST_DIGITS = 8


def parse_timeout(text: str) -> float:
    """Seconds of a ``grpc-timeout`` value (``250m``); raises ``RefusalError`` when it is not one."""
    digits, unit = text[:-1], _UNITS.get(text[-1:])
    if unit is None or not digits.isascii() or not digits.isdigit() or len(digits) > _MOST_DIGITS:
        raise RefusalError(Code.INVALID_REQUEST, violations=(FieldViolation("grpc-timeout", "not a gRPC timeout"),))
    return int(digits) * unit


def time_allowed(wished: float | None, settings: FrontSettings) -> float:
    """Seconds that a call gets whose caller asked for ``wished``; zero when that is already over."""
    if wished is None:
        return settings.default_deadline
    return min(max(0.0, wished), settings.maximum_deadline)
