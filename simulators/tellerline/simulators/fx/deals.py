"""Deals: agreed on a quote or by an order that fired, and booked in the bank's position."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tellerline.simulators.fx import codes
from tellerline.simulators.fx.amounts import Amount, amount_of, bought
from tellerline.simulators.fx.filing import Filing
from tellerline.simulators.fx.messages import DealResult, DealsResult
from tellerline.simulators.fx.quotes import QuoteBook
from tellerline.simulators.fx.records import Deal, DealState, Order, Quote
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import Ledger, Leg, Transaction
from tellerline.simulators.soap.messages import SoapRequest

POSITION, UNSETTLED, BANK = "POSITION", "UNSETTLED", "BANK"
"""The bank's own accounts, one per currency: what it has dealt, what is agreed but not paid, what passes to core."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DealOrder:
    """What is asked, normalised: two requests that mean the same are equal."""

    quote: str
    account: str
    credit_account: str
    sell: Amount
    buy: Amount

    @classmethod
    def read(cls, request: SoapRequest) -> DealOrder:
        fields = request.fields
        return cls(
            quote=fields["quoteNumber"],
            account=fields["account"],
            credit_account=fields["creditAccount"],
            sell=amount_of(request),
            buy=amount_of(request, "buyAmount"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    kind: str
    held_in: str
    paid_by: str
    serial: str
    date: str
    reference: str = ""


class Deals:
    """Checks and books; atomic: refused with ``RefusedError`` or booked whole.

    A market deal moves what is sold from BANK to POSITION, and what is bought the other way. A fill moves it from
    UNSETTLED when its order fires, and from BANK to UNSETTLED when it is settled: BANK always mirrors the settlement
    accounts at core.
    """

    def __init__(self, quotes: QuoteBook, ledger: Ledger, calendar: BankCalendar) -> None:
        self._quotes = quotes
        self._ledger = ledger
        self._calendar = calendar
        self._serials = Serials("FD")
        self.filing: Filing[Deal] = Filing(codes.DEAL_NOT_FOUND)

    def execute(self, order: DealOrder, reference: str, serial: str) -> tuple[DealResult, Transaction]:
        quote = self._quotes.use(order.quote, order.account, order.credit_account, order.sell, order.buy)
        fill = bool(quote.deal)
        deal = replace(self.filing.get(quote.deal), state=DealState.SETTLED) if fill else self._agreed(order, quote)
        book = _Book(
            kind="FX_SETTLEMENT" if fill else "FX_DEAL",
            held_in=UNSETTLED if fill else POSITION,
            paid_by=BANK,
            serial=serial,
            date=self._calendar.accounting_date(),
            reference=reference,
        )
        transaction = self._post(deal, book)
        self.filing.put(deal)
        return DealResult(deal), transaction

    def fill(self, order: Order, bid: Decimal, reference_date: str, at: datetime) -> Deal:
        """Book the deal of an order that fires ``at`` this price; it awaits its settlement."""
        number = self._serials.next(self._calendar.accounting_date())
        unquoted = Deal(
            number=number,
            account=order.account,
            credit_account=order.credit_account,
            sell=order.sell,
            buy=bought(order.sell, order.buy_currency, bid),
            rate=bid,
            reference_date=reference_date,
            dealt_at=at,
            quote="",
            state=DealState.AWAITING_SETTLEMENT,
            order=order.number,
        )
        deal = replace(unquoted, quote=self._quotes.fill(unquoted))
        date = self._calendar.local(at)[:10]
        self._post(deal, _Book(kind="FX_FILL", held_in=POSITION, paid_by=UNSETTLED, serial=number, date=date))
        self.filing.put(deal)
        return deal

    def take_back(self, number: str) -> None:
        """Undo what a deal did beside its booking: a fill waits for its settlement again."""
        deal = self.filing.get(number)
        if deal.order:
            self._quotes.reopen(deal.quote)
        state = DealState.AWAITING_SETTLEMENT if deal.order else DealState.REVERSED
        self.filing.put(replace(deal, state=state))

    def get(self, request: SoapRequest) -> DealResult:
        return DealResult(self.filing.find(request.fields["dealNumber"], request.fields["account"]))

    def page(self, request: SoapRequest) -> DealsResult:
        fields = request.fields
        deals, more = self.filing.page(fields["account"], fields.get("afterDeal", ""), int(fields["limit"]))
        return DealsResult(deals, more)

    def _agreed(self, order: DealOrder, quote: Quote) -> Deal:
        return Deal(
            number=self._serials.next(self._calendar.accounting_date()),
            account=order.account,
            credit_account=order.credit_account,
            sell=quote.sell,
            buy=quote.buy,
            rate=quote.rate,
            reference_date=quote.reference_date,
            dealt_at=self._calendar.instant(),
            quote=quote.number,
            state=DealState.SETTLED,
        )

    def _post(self, deal: Deal, book: _Book) -> Transaction:
        """What is sold moves from ``book.paid_by`` to ``book.held_in``, what is bought the other way."""
        legs = []
        for amount, sign in ((deal.sell, 1), (deal.buy, -1)):
            minor, currency = amount
            held = self._ledger.internal(f"{book.held_in}-{currency}", currency)
            paid = self._ledger.internal(f"{book.paid_by}-{currency}", currency)
            legs += [Leg(held.number, sign * minor, deal.account), Leg(paid.number, -sign * minor, deal.account)]
        return self._ledger.post(
            legs,
            serial=book.serial,
            booking_date=book.date,
            booked_at=self._calendar.now(),
            kind=book.kind,
            narrative=deal.number,
            reference=book.reference,
        )
