"""Interest on deposits: the rates of the table, the formula, and the message that tells it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tellerline.api.information.v1 import calculators_pb2 as pb
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.calculators import convert, notes
from tellerline.gateway.services.figures import day_from_proto, day_to_proto, percent_from_proto, reckoning
from tellerline.gateway.services.information.convert import DEPOSIT_KINDS
from tellerline.gateway.services.ports import Held
from tellerline.gateway.services.public import Asking, source_to_proto
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.values import money_from_proto, money_to_proto
from tellerline.routing.calculators.days import add_months
from tellerline.routing.calculators.deposit import (
    DayCount,
    DepositResult,
    ListedRate,
    ListedRates,
    demand_deposit,
    term_deposit,
)
from tellerline.routing.information.rates import DepositKind, DepositRates, InterestTax
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money

_MOST_MONTHS = 720
_ALWAYS = date(1, 1, 1)


async def calculate_deposit_interest(
    asking: Asking, request: pb.CalculateDepositInterestRequest
) -> pb.CalculateDepositInterestResponse:
    """See ``CalculatorService``."""
    kind = DEPOSIT_KINDS.from_proto(request.kind, "kind")
    if kind not in (DepositKind.DEMAND, DepositKind.TERM):
        raise invalid("kind", "not_calculated")
    day_count = DayCount.MONTHS_AND_DAYS
    if request.day_count:
        day_count = convert.DAY_COUNTS.from_proto(request.day_count, "day_count")
    amount = money_from_proto(request.amount, "amount")
    start = day_from_proto(request.deposit_date, "deposit_date")
    held = await asking.held(DepositRates)
    tax = (await asking.held(InterestTax)).table.steps
    with reckoning():
        if kind is DepositKind.TERM:
            maturity = add_months(start, _months(request))
            end = day_from_proto(request.withdrawal_date, "withdrawal_date") if _withdrawn(request) else maturity
            result = term_deposit(
                amount,
                start,
                request.term_months,
                end,
                percent=_term_percent(request, held, amount, start),
                demand=held.table.demand(amount.currency),
                tax=tax,
                day_count=day_count,
            )
        else:
            end = day_from_proto(request.withdrawal_date, "withdrawal_date")
            maturity, demand = None, _demand_rates(request, held, amount)
            result = demand_deposit(amount, start, end, demand=demand, tax=tax)
    return _reply(asking, result, maturity, day_count, held)


def _withdrawn(request: pb.CalculateDepositInterestRequest) -> bool:
    return request.HasField("withdrawal_date")


def _months(request: pb.CalculateDepositInterestRequest) -> int:
    if not 1 <= request.term_months <= _MOST_MONTHS:
        raise invalid("term_months", "out_of_range")
    return request.term_months


def _term_percent(
    request: pb.CalculateDepositInterestRequest, held: Held[DepositRates], amount: Money, start: date
) -> Decimal:
    if request.HasField("annual_rate"):
        return percent_from_proto(request.annual_rate, "annual_rate")
    rate = held.table.term(amount.currency, request.term_months, start)
    if rate is None:
        raise RefusalError(Code.RATE_NOT_FOUND)
    return rate.percent


def _demand_rates(request: pb.CalculateDepositInterestRequest, held: Held[DepositRates], amount: Money) -> ListedRates:
    if request.HasField("annual_rate"):
        return ListedRates((ListedRate(_ALWAYS, percent_from_proto(request.annual_rate, "annual_rate")),))
    return held.table.demand(amount.currency)


def _reply(
    asking: Asking,
    result: DepositResult,
    maturity: date | None,
    day_count: DayCount,
    held: Held[DepositRates],
) -> pb.CalculateDepositInterestResponse:
    reasons = frozenset(part.reason for part in result.parts)
    said = notes.of_deposit(reasons, day_count, taxed=bool(result.tax.minor))
    return pb.CalculateDepositInterestResponse(
        maturity_date=day_to_proto(maturity),
        interest_amount=money_to_proto(result.interest),
        tax_amount=money_to_proto(result.tax),
        payout_amount=money_to_proto(result.payout),
        parts=[convert.interest_part_to_proto(part) for part in result.parts],
        taxes=convert.taxes_to_proto(result.parts),
        notes=[asking.said(words) for words in said],
        source=source_to_proto(held.version),
    )
