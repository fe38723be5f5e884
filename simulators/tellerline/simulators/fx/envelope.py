"""What the foreign exchange host answers, as the elements of its contract."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from tellerline.simulators.fx.amounts import Amount
from tellerline.simulators.fx.codes import MESSAGES
from tellerline.simulators.fx.messages import DealResult, DealsResult, OrderResult, OrdersResult, RatesResult
from tellerline.simulators.fx.rates import Rate
from tellerline.simulators.fx.records import Deal, DealState, Quote
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.soap.envelope import Envelopes, Render, amount, flag, given, text
from tellerline.simulators.soap.messages import ReversalResult


def fx_envelopes(types: str, calendar: BankCalendar) -> Envelopes:
    """Instants in the bank's time zone."""
    words = _Words(calendar)
    evidence: dict[type[object], Render] = {
        DealResult: lambda result: words.deal("deal", result.deal),
        OrderResult: words.order,
    }
    results: dict[type[object], Render] = {
        RatesResult: lambda result: "".join(_rate(rate) for rate in result.rates),
        Rate: _rate,
        Quote: words.quote,
        DealsResult: words.deals,
        OrdersResult: words.orders,
        **evidence,
    }
    reversal: dict[type[object], Render] = {
        ReversalResult: lambda result: f"<effective>{flag(result.effective)}</effective>"
    }
    return Envelopes(types, MESSAGES, results, evidence | reversal)


class _Words:
    def __init__(self, calendar: BankCalendar) -> None:
        self._calendar = calendar

    def quote(self, quote: Quote) -> str:
        assert quote.expires_at is not None
        return (
            f"<quote>{text('number', quote.number)}{text('account', quote.account)}{_amount('sell', quote.sell)}"
            f"{_amount('buy', quote.buy)}{_decimal('rate', quote.rate)}"
            f"<referenceDate>{quote.reference_date}</referenceDate>"
            f"{self._instant('expiresAt', quote.expires_at)}</quote>"
        )

    def deal(self, element: str, deal: Deal) -> str:
        return (
            f"<{element}>{text('number', deal.number)}{text('account', deal.account)}"
            f"{text('creditAccount', deal.credit_account)}{_amount('sell', deal.sell)}{_amount('buy', deal.buy)}"
            f"{_decimal('rate', deal.rate)}<referenceDate>{deal.reference_date}</referenceDate>"
            f"{self._instant('dealtAt', deal.dealt_at)}<state>{deal.state}</state>{given('orderNumber', deal.order)}"
            f"</{element}>"
        )

    def deals(self, result: DealsResult) -> str:
        return "".join(self.deal("deal", deal) for deal in result.deals) + f"<more>{flag(result.more)}</more>"

    def order(self, result: OrderResult) -> str:
        order, fill = result.order, result.fill
        waits = fill is not None and fill.state is DealState.AWAITING_SETTLEMENT
        return (
            f"<order>{text('number', order.number)}{text('account', order.account)}"
            f"{text('creditAccount', order.credit_account)}{_amount('sell', order.sell)}"
            f"<buyCurrency>{order.buy_currency}</buyCurrency>{_decimal('limitRate', order.limit_rate)}"
            f"{self._instant('placedAt', order.placed_at)}{self._instant('expiresAt', order.expires_at)}"
            f"<state>{order.state}</state>{'' if fill is None else self.deal('fill', fill)}"
            f"{given('fillQuote', fill.quote if fill is not None and waits else '')}</order>"
        )

    def orders(self, result: OrdersResult) -> str:
        return "".join(self.order(order) for order in result.orders) + f"<more>{flag(result.more)}</more>"

    def _instant(self, name: str, instant: datetime) -> str:
        return f"<{name}>{self._calendar.local(instant)}</{name}>"


def _rate(rate: Rate) -> str:
    return (
        f"<rate><base>{rate.base}</base><quoteCurrency>{rate.quote}</quoteCurrency>{_decimal('bid', rate.bid)}"
        f"{_decimal('ask', rate.ask)}{_decimal('mid', rate.mid)}"
        f"<referenceDate>{rate.reference_date}</referenceDate></rate>"
    )


def _amount(name: str, value: Amount) -> str:
    return amount(name, value.minor, value.currency)


def _decimal(name: str, value: Decimal) -> str:
    return f"<{name}>{value:f}</{name}>"
