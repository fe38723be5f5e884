"""Values of records in the model's terms: amounts with two implied places, dates of eight digits, flags."""

from __future__ import annotations

from datetime import date

from tellerline.connectors.connector import CannotBuildError
from tellerline.routing.model.money import Money, exponent

_PLACES = 2
_FLAGS = {"Y": True, "N": False}


def flag(letter: str) -> bool:
    """Raises ``KeyError`` for anything but Y and N."""
    return _FLAGS[letter]


def iso_date(digits: int) -> str:
    """ISO 8601 of YYYYMMDD, empty for zero; raises ``ValueError`` for a day that does not exist."""
    return date.fromisoformat(f"{digits:08d}").isoformat() if digits else ""


def money(hundredths: int, currency: str) -> Money:
    """From hundredths of the major unit; raises ``ValueError`` for more places than the currency has."""
    places = exponent(currency)
    if places == _PLACES:
        return Money(hundredths, currency)
    minor, rest = _shift(hundredths, places - _PLACES)
    if rest:
        raise ValueError("amount has more decimal places than its currency")
    return Money(minor, currency)


def hundredths(value: Money) -> int:
    """An amount as the record carries it; raises ``CannotBuildError`` where that would lose a part of it."""
    whole, rest = _shift(value.minor, _PLACES - exponent(value.currency))
    if rest:
        raise CannotBuildError("amount", "more decimal places than the record has")
    return whole


def _shift(amount: int, places: int) -> tuple[int, int]:
    factor: int = 10 ** abs(places)
    return (amount * factor, 0) if places >= 0 else divmod(amount, factor)
