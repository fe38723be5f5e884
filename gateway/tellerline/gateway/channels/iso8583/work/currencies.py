"""ISO 4217: the numbers of the currencies that a bank of this country deals in."""

from __future__ import annotations

from typing import Final

_NUMBERS: Final = {
    "AUD": "036",
    "CAD": "124",
    "CHF": "756",
    "CNY": "156",
    "EUR": "978",
    "GBP": "826",
    "HKD": "344",
    "JPY": "392",
    "KRW": "410",
    "MOP": "446",
    "NZD": "554",
    "SGD": "702",
    "THB": "764",
    "USD": "840",
}


def number_of(currency: str) -> str:
    """Three digits; ``000`` for a currency that is not among them."""
    return _NUMBERS.get(currency, "000")


def has_number(currency: str) -> bool:
    """Whether a terminal can be told of amounts in it."""
    return currency in _NUMBERS
