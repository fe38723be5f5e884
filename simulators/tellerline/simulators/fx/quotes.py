"""Quotes: a price locked for some seconds, and the fills of orders, which wait until they are settled."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from tellerline.simulators.fx import codes
from tellerline.simulators.fx.amounts import Amount, amount_of, bought, needed
from tellerline.simulators.fx.rates import RateBoard
from tellerline.simulators.fx.records import Deal, Quote
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import Table
from tellerline.simulators.soap.messages import SoapRequest

LOCK = timedelta(seconds=15)
KEPT = timedelta(hours=1)
MINIMUM_EUROS = 50
"""The least worth of what is sold."""
LARGEST_MOVE = Decimal("0.01")
"""A quote is honoured unless the bid has meanwhile fallen by more than this share of it."""


class QuoteBook:
    """Quotes by number; goes back to a snapshot like the ledger does. Lapsed ones are forgotten after an hour."""

    def __init__(self, board: RateBoard, calendar: BankCalendar) -> None:
        self._board = board
        self._calendar = calendar
        self._serials = Serials("FQ")
        self._quotes: Table[str, Quote] = Table()
        self._lapsing: deque[tuple[datetime, str]] = deque()

    def create(self, request: SoapRequest) -> Quote:
        now = self._calendar.instant()
        self._forget(now)
        fields = request.fields
        rate = self._board.rate(fields["sellCurrency"], fields["buyCurrency"], self._calendar.local(now)[:10])
        fixed = amount_of(request)
        if fixed.currency == rate.base:
            sell, buy = fixed, bought(fixed, rate.quote, rate.bid)
        elif fixed.currency == rate.quote:
            sell, buy = needed(fixed, rate.base, rate.bid), fixed
        else:
            raise RefusedError(codes.AMOUNT_NOT_ALLOWED)
        self.refuse_small(sell, rate.reference_date)
        quote = Quote(
            number=self._serials.next(self._calendar.accounting_date()),
            account=fields["account"],
            sell=sell,
            buy=buy,
            rate=rate.bid,
            reference_date=rate.reference_date,
            expires_at=now + LOCK,
        )
        self._quotes.put(quote.number, quote)
        self._lapsing.append((now + LOCK, quote.number))
        return quote

    def fill(self, deal: Deal) -> str:
        """The number of a quote on which an order's deal is settled: the customer is bound, so it has no end."""
        quote = Quote(
            number=self._serials.next(self._calendar.accounting_date()),
            account=deal.account,
            sell=deal.sell,
            buy=deal.buy,
            rate=deal.rate,
            reference_date=deal.reference_date,
            expires_at=None,
            deal=deal.number,
            credit_account=deal.credit_account,
        )
        self._quotes.put(quote.number, quote)
        return quote.number

    def use(self, number: str, account: str, credit_account: str, sell: Amount, buy: Amount) -> Quote:
        """Mark a quote used; refuses one that is unknown, used, of other content, too old or outrun by the market,
        and a fill's into another account than its order's."""
        quote = self._quotes.get(number)
        if quote is None or quote.account != account:
            raise RefusedError(codes.QUOTE_NOT_FOUND)
        if quote.used:
            raise RefusedError(codes.QUOTE_USED)
        if (quote.sell, quote.buy) != (sell, buy):
            raise RefusedError(codes.QUOTE_MISMATCH)
        if quote.deal and quote.credit_account != credit_account:
            raise RefusedError(codes.OTHER_ACCOUNT)
        if quote.expires_at is not None:
            self._refuse_stale(quote, quote.expires_at)
        self._quotes.put(number, replace(quote, used=True))
        return quote

    def reopen(self, number: str) -> None:
        """Undo ``use`` of a fill's quote, so that the fill can be settled again."""
        quote = self._quotes.get(number)
        if quote is not None and quote.deal:
            self._quotes.put(number, replace(quote, used=False))

    def refuse_small(self, sell: Amount, day: str) -> None:
        """Refuses an amount worth less than 50 euros at the reference rate."""
        euro = self._board.euros(sell.currency, day)
        if euro is None:
            raise RefusedError(codes.NO_RATE)
        if sell.major < MINIMUM_EUROS * Fraction(euro):
            raise RefusedError(codes.BELOW_MINIMUM)

    def snapshot(self) -> None:
        self._quotes.snapshot()

    def reset(self) -> None:
        self._quotes.reset()

    def _refuse_stale(self, quote: Quote, expires_at: datetime) -> None:
        now = self._calendar.instant()
        if now > expires_at:
            raise RefusedError(codes.QUOTE_EXPIRED)
        present = self._board.rate(quote.sell.currency, quote.buy.currency, self._calendar.local(now)[:10])
        if present.bid < quote.rate * (1 - LARGEST_MOVE):
            raise RefusedError(codes.RATE_MOVED)

    def _forget(self, now: datetime) -> None:
        while self._lapsing and self._lapsing[0][0] + KEPT < now:
            _, number = self._lapsing.popleft()
            if number in self._quotes:
                self._quotes.drop(number)
