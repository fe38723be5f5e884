"""Handlers of ``CalculatorService``."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tellerline.api.information.v1 import calculators_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.calculators import convert, notes
from tellerline.gateway.services.calculators.deposits import calculate_deposit_interest
from tellerline.gateway.services.figures import (
    currency_from_proto,
    day_to_proto,
    decimal_from_proto,
    percent_from_proto,
    reckoning,
)
from tellerline.gateway.services.information.convert import LOAN_KINDS
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.public import Asking, let_in, source_to_proto
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.values import date_to_proto, money_from_proto
from tellerline.routing.calculators import bond, credit, exchange, loan
from tellerline.routing.information.rates import ExchangeRates, LoanRates, TreasuryBonds
from tellerline.routing.information.versions import TableVersion
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money


class CalculatorHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def calculate_deposit_interest(
        self, request: pb.CalculateDepositInterestRequest, call: CallContext
    ) -> pb.CalculateDepositInterestResponse:
        asking = let_in(self._parts, "CalculateDepositInterest", request.context, call)
        return await calculate_deposit_interest(asking, request)

    async def calculate_loan_repayment(
        self, request: pb.CalculateLoanRepaymentRequest, call: CallContext
    ) -> pb.CalculateLoanRepaymentResponse:
        asking = let_in(self._parts, "CalculateLoanRepayment", request.context, call)
        amount = money_from_proto(request.amount, "amount")
        method = convert.METHODS.from_proto(request.method, "method")
        start = asking.day(request.start_date if request.HasField("start_date") else None, "start_date")
        percent, version = await _loan_percent(asking, request, start)
        changes = convert.rate_changes_from_proto(request)
        prepayments = convert.prepayments_from_proto(request)
        with reckoning():
            terms = loan.LoanTerms(
                amount=amount, months=request.term_months, percent=percent, method=method, start=start
            )
            reply = convert.schedule_to_proto(loan.schedule(terms, changes, prepayments))
        reply.notes.extend(map(asking.said, notes.of_loan(method, changes=bool(changes))))
        if version is not None:
            reply.source.CopyFrom(source_to_proto(version))
        return reply

    async def convert_currency(
        self, request: pb.ConvertCurrencyRequest, call: CallContext
    ) -> pb.ConvertCurrencyResponse:
        asking = let_in(self._parts, "ConvertCurrency", request.context, call)
        amount = money_from_proto(request.amount, "amount")
        wanted = currency_from_proto(request.currency_code, "currency_code")
        if wanted == amount.currency:
            raise invalid("currency_code", "same_currency")
        live = await asking.live_rate(amount.currency, wanted)
        if live is None:
            return await _from_table(asking, amount, wanted)
        sides = exchange.Sides(bid=Decimal(live.bid), ask=Decimal(1))
        with reckoning():
            reply = convert.conversion_to_proto(exchange.converted(amount, sides, wanted), sides.bid, live=True)
        reply.reference_date.CopyFrom(date_to_proto(live.reference_date))
        reply.notes.append(asking.said(notes.CONVERSION))
        return reply

    async def calculate_bond_yield(
        self, request: pb.CalculateBondYieldRequest, call: CallContext
    ) -> pb.CalculateBondYieldResponse:
        asking = let_in(self._parts, "CalculateBondYield", request.context, call)
        terms, price, version = await _bond(asking, request)
        day = request.settlement_date if request.HasField("settlement_date") else None
        settlement = asking.day(day, "settlement_date")
        if request.HasField("clean_price"):
            price = decimal_from_proto(request.clean_price, "clean_price")
        with reckoning():
            found = bond.bond_yield(terms, settlement, price)
        reply = convert.bond_yield_to_proto(found)
        reply.notes.extend(map(asking.said, notes.of_bond(terms.kind, found.method)))
        if version is not None:
            reply.source.CopyFrom(source_to_proto(version))
        return reply

    async def get_credit_rules(self, request: pb.GetCreditRulesRequest, call: CallContext) -> pb.CreditRules:
        asking = let_in(self._parts, "GetCreditRules", request.context, call)
        held = await asking.held(credit.CreditRules)
        reply = convert.credit_rules_to_proto(held.table, asking.said)
        reply.source.CopyFrom(source_to_proto(held.version))
        return reply

    async def assess_credit(self, request: pb.AssessCreditRequest, call: CallContext) -> pb.AssessCreditResponse:
        asking = let_in(self._parts, "AssessCredit", request.context, call)
        facts = convert.facts_from_proto(request)
        held = await asking.held(credit.CreditRules)
        with reckoning():
            found = credit.assess(held.table, facts)
        reply = convert.assessment_to_proto(found, asking.said)
        said = notes.of_credit(f"{found.grade.multiple:f}", str(found.grade.most), refused=found.refused)
        reply.notes.extend(map(asking.said, said))
        reply.source.CopyFrom(source_to_proto(held.version))
        return reply


async def _loan_percent(
    asking: Asking, request: pb.CalculateLoanRepaymentRequest, start: date
) -> tuple[Decimal, TableVersion | None]:
    """The rate that was given, or the table's, with its version."""
    if request.HasField("annual_rate"):
        return percent_from_proto(request.annual_rate, "annual_rate"), None
    kind = LOAN_KINDS.from_proto(request.kind, "kind")
    held = await asking.held(LoanRates)
    rate = held.table.rate(kind, request.term_months, start)
    if rate is None:
        raise RefusalError(Code.RATE_NOT_FOUND)
    return rate.percent, held.version


async def _from_table(asking: Asking, amount: Money, wanted: str) -> pb.ConvertCurrencyResponse:
    held = await asking.held(ExchangeRates)
    sides = {rate.currency: exchange.Sides(rate.bid, rate.ask) for rate in held.table.rates.values()}
    with reckoning():
        crossed = exchange.crossed(amount.currency, wanted, held.table.home, sides)
        reply = convert.conversion_to_proto(exchange.converted(amount, crossed, wanted), crossed.rate, live=False)
    reply.reference_date.CopyFrom(day_to_proto(held.table.effective))
    reply.notes.extend(map(asking.said, (notes.CONVERSION, notes.TABLE_RATE)))
    reply.source.CopyFrom(source_to_proto(held.version))
    return reply


async def _bond(
    asking: Asking, request: pb.CalculateBondYieldRequest
) -> tuple[bond.BondTerms, Decimal, TableVersion | None]:
    """Terms and standard price of the bond of the table, or of the terms that were given."""
    if bool(request.bond) == request.HasField("terms"):
        raise invalid("bond", "not_one_of_bond_and_terms")
    if not request.bond:
        terms = convert.bond_terms_from_proto(request.terms)
        return terms, terms.issue_price, None
    [code] = segments(request.bond, "treasuryBonds/*", "bond")
    held = await asking.held(TreasuryBonds)
    found = held.table.get(code)
    if found is None:
        raise RefusalError(Code.BOND_NOT_FOUND)
    return found.terms, found.clean_price or found.terms.issue_price, held.version


def build(parts: Parts) -> Service:
    on = CalculatorHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["CalculatorService"].full_name,
        methods=(
            unary(
                "CalculateDepositInterest",
                pb.CalculateDepositInterestRequest,
                pb.CalculateDepositInterestResponse,
                on.calculate_deposit_interest,
            ),
            unary(
                "CalculateLoanRepayment",
                pb.CalculateLoanRepaymentRequest,
                pb.CalculateLoanRepaymentResponse,
                on.calculate_loan_repayment,
            ),
            unary("ConvertCurrency", pb.ConvertCurrencyRequest, pb.ConvertCurrencyResponse, on.convert_currency),
            unary(
                "CalculateBondYield",
                pb.CalculateBondYieldRequest,
                pb.CalculateBondYieldResponse,
                on.calculate_bond_yield,
            ),
            unary("GetCreditRules", pb.GetCreditRulesRequest, pb.CreditRules, on.get_credit_rules),
            unary("AssessCredit", pb.AssessCreditRequest, pb.AssessCreditResponse, on.assess_credit),
        ),
    )
