"""What the bank offers and what it charges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tellerline.routing.calculators.credit import Words
from tellerline.routing.model.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """``charge`` says it in words; the figures are there as far as it has such parts."""

    code: str
    category: str
    name: Words
    charge: Words
    effective: date
    fixed: Money | None = None
    percent: Decimal | None = None
    least: Money | None = None
    most: Money | None = None


@dataclass(frozen=True, slots=True)
class Fees:
    """In the order of the table; of a code that stands there more than once the newest holds."""

    fees: tuple[Fee, ...]

    def charged(self, day: date, category: str = "") -> tuple[Fee, ...]:
        newest: dict[str, Fee] = {}
        for fee in self.fees:
            known = newest.get(fee.code)
            if fee.effective <= day and (known is None or known.effective <= fee.effective):
                newest[fee.code] = fee
        return tuple(fee for fee in newest.values() if category in ("", fee.category))


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Offered from ``start`` to ``end``, both included; without an ``end`` until further notice."""

    code: str
    category: str
    name: Words
    summary: Words
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Products:
    """The newest first."""

    products: tuple[Product, ...]

    def offered(self, day: date, category: str = "") -> tuple[Product, ...]:
        return tuple(
            each
            for each in self.products
            if each.start <= day and (each.end is None or day <= each.end) and category in ("", each.category)
        )

    def get(self, code: str) -> Product | None:
        return next((each for each in self.products if each.code == code), None)
