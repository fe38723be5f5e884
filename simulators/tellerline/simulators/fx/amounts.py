"""Amounts of two currencies at a rate: exact in between, rounded once, in the bank's favour."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from tellerline.simulators.fx import codes
from tellerline.simulators.ledger.money import exponent
from tellerline.simulators.soap.amounts import amount_in
from tellerline.simulators.soap.messages import SoapRequest


class Amount(NamedTuple):
    """Whole minor units of a currency."""

    minor: int
    currency: str

    @property
    def major(self) -> Fraction:
        return Fraction(self.minor, 10 ** exponent(self.currency))


def amount_of(request: SoapRequest, name: str = "amount") -> Amount:
    """Refuses one that is not positive, or has more places than its currency."""
    return Amount(*amount_in(request.fields, name, refused_as=codes.AMOUNT_NOT_ALLOWED))


def bought(sold: Amount, currency: str, rate: Decimal) -> Amount:
    """What ``sold`` buys at ``rate``, rounded down."""
    return Amount(math.floor(sold.major * Fraction(rate) * 10 ** exponent(currency)), currency)


def needed(wanted: Amount, currency: str, rate: Decimal) -> Amount:
    """What must be sold for ``wanted`` at ``rate``, rounded up."""
    return Amount(math.ceil(wanted.major / Fraction(rate) * 10 ** exponent(currency)), currency)
