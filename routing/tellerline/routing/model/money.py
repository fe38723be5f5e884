"""Amounts as whole minor units: no binary fraction ever touches money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

_EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "OMR": 3, "JOD": 3, "TND": 3}
MAX_MINOR = 10**17 - 1


def exponent(currency: str) -> int:
    """Decimal places of a currency (ISO 4217); two where the standard says nothing else."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount: ``minor`` units of ``currency`` (ISO 4217 alphabetic code), negative for a debit position."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if not -MAX_MINOR <= self.minor <= MAX_MINOR:
            raise ValueError("amount outside 17 digits of minor units")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise ValueError("currency is not an ISO 4217 alphabetic code")

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """From a plain decimal such as ``"1234.50"``; raises ``ValueError`` for more places than the currency has."""
        scaled = Decimal(text).scaleb(exponent(currency))
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise ValueError("amount has more decimal places than its currency")
        return cls(int(scaled), currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, with exactly the currency's decimal places."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        return f"{self.decimal} {self.currency}"
