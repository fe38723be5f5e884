"""What the bank asks and pays: the reference rate with a spread on both sides.

``mid`` is the published rate where the base is the euro. Any other is a cross rate of two published rates of the same
date, rounded once, half to even, to 8 significant digits. Half the spread is 0.15% of the mid between major currencies
and 0.30% with any other, rounded up to 6 significant digits; bid and ask stand exactly that far from the mid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache

from tellerline.simulators.fx import codes
from tellerline.simulators.fx.series import ReferenceSeries, reference_series
from tellerline.simulators.hosting.codes import RefusedError

MAJOR = ("CNY", "EUR", "USD", "JPY", "GBP", "HKD", "AUD", "CAD", "CHF", "SGD", "NZD")
MINOR = ("SEK", "NOK", "DKK", "KRW", "THB")
OFFERED = (*MAJOR, *MINOR)
MAJOR_SPREAD = Decimal("0.0015")
MINOR_SPREAD = Decimal("0.0030")
_CROSS = Context(prec=8, rounding=ROUND_HALF_EVEN)
_SPREAD = Context(prec=6, rounding=ROUND_CEILING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One unit of ``base`` in ``quote``: the bank buys at ``bid`` and sells at ``ask``, around ``mid``."""

    base: str
    quote: str
    bid: Decimal
    ask: Decimal
    mid: Decimal
    reference_date: str


class RateBoard:
    """Rates of any published date; each is worked out once and kept while it is in use.

    ``load`` is called when the first rate is asked for, and then each time: it must be quick.
    """

    def __init__(self, load: Callable[[], ReferenceSeries] = reference_series) -> None:
        self._load = load
        self._published = lru_cache(maxsize=4096)(self._work_out)

    @property
    def series(self) -> ReferenceSeries:
        return self._load()

    def rate(self, base: str, quote: str, day: str) -> Rate:
        """As it stood on ``day``: of that date, or the last published before. Refuses what is not offered."""
        refuse_not_offered(base, quote)
        rate = self._published(base, quote, self.series.on(day))
        if rate is None:
            raise RefusedError(codes.NO_RATE)
        return rate

    def all(self, quote: str, day: str) -> list[Rate]:
        """Every offered currency that has a rate, in order of ``OFFERED``."""
        refuse_not_offered(quote)
        date = self.series.on(day)
        rates = (self._published(base, quote, date) for base in OFFERED if base != quote)
        return [rate for rate in rates if rate is not None]

    def euros(self, currency: str, day: str) -> Decimal | None:
        """What one euro costs; None before the currency was published."""
        return self.series.per_euro(self.series.on(day), currency)

    def _work_out(self, base: str, quote: str, date: str) -> Rate | None:
        if not date:
            return None
        one, other = self.series.per_euro(date, base), self.series.per_euro(date, quote)
        if one is None or other is None:
            return None
        mid = other if base == "EUR" else _CROSS.divide(other, one)
        major = base in MAJOR and quote in MAJOR
        half = _SPREAD.multiply(mid, MAJOR_SPREAD if major else MINOR_SPREAD)
        return Rate(base=base, quote=quote, bid=mid - half, ask=mid + half, mid=mid, reference_date=date)


def refuse_not_offered(*currencies: str) -> None:
    """Refuses a currency that the bank does not deal in, and a pair of the same."""
    if any(currency not in OFFERED for currency in currencies):
        raise RefusedError(codes.CURRENCY_NOT_OFFERED)
    if len(set(currencies)) != len(currencies):
        raise RefusedError(codes.SAME_CURRENCY)
