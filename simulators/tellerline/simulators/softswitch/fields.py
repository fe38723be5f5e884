"""The fields of a request, each taken off with its type, so that a mistake is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tellerline.simulators.softswitch.board import OrderRefusedError, Reason


class Fields:
    """Each reader takes its field, ``done`` complains about those that nobody took. With a default it may be absent."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def text(self, name: str, default: str | None = None) -> str:
        value = self._values.pop(name, default)
        if not isinstance(value, str) or (not value and default is None):
            raise _wrong(name, "must be a text that is not empty")
        return value

    def flag(self, name: str, default: bool | None = None) -> bool:
        value = self._values.pop(name, default)
        if not isinstance(value, bool):
            raise _wrong(name, "must be true or false")
        return value

    def whole(self, name: str, least: int, most: int, default: int | None = None) -> int:
        value = self._values.pop(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise _wrong(name, f"must be a whole number from {least} to {most}")
        return value

    def seconds(self, name: str, default: float | None = None) -> float:
        value = self._values.pop(name, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 86_400:
            raise _wrong(name, "must be seconds, less than a day")
        return float(value)

    def texts(self, name: str) -> list[str]:
        value = self._values.pop(name, None)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise _wrong(name, "must be a list of texts")
        return value

    def choice(self, name: str, values: Mapping[str, Any], default: str | None = None) -> Any:
        value = self._values.pop(name, default)
        if value not in values:
            raise _wrong(name, f"must be one of {', '.join(values)}")
        return values[value]

    def done(self) -> None:
        for name in self._values:
            raise _wrong(str(name), "is not known")


def _wrong(name: str, why: str) -> OrderRefusedError:
    return OrderRefusedError(Reason.REFUSED, f"{name[:40]} {why}")
