"""Calculators: messages of the contract ⇄ the formulas' figures."""

from __future__ import annotations

from decimal import Decimal

from google.type.decimal_pb2 import Decimal as ProtoDecimal

from tellerline.api.information.v1 import calculators_pb2 as pb
from tellerline.api.information.v1 import information_pb2 as info
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.figures import day_from_proto, day_to_proto, decimal_to_proto, percent_from_proto
from tellerline.gateway.services.information.convert import BOND_KINDS, Say
from tellerline.gateway.services.refusals import checked_text, invalid
from tellerline.gateway.services.values import money_from_proto, money_to_proto
from tellerline.routing.calculators import arithmetic, bond, credit, deposit, loan
from tellerline.routing.calculators.interest_tax import TaxedInterest
from tellerline.routing.model.money import Money

DAY_COUNTS = EnumPair(pb.CalculateDepositInterestRequest.DayCount.DESCRIPTOR, "DAY_COUNT_", deposit.DayCount)
REASONS = EnumPair(pb.InterestPart.Reason.DESCRIPTOR, "REASON_", deposit.Reason)
METHODS = EnumPair(pb.RepaymentMethod.DESCRIPTOR, "REPAYMENT_METHOD_", loan.Method)
EFFECTS = EnumPair(pb.Prepayment.Effect.DESCRIPTOR, "EFFECT_", loan.Effect)
YIELD_METHODS = EnumPair(pb.CalculateBondYieldResponse.Method.DESCRIPTOR, "METHOD_", bond.YieldMethod)

_MOST_STEPS = 100
_MOST_FACTS = 100
_YIELD_PLACES, _PRICE_PLACES, _CROSS_PLACES = 4, 8, 8


def interest_part_to_proto(part: deposit.Interest) -> pb.InterestPart:
    return pb.InterestPart(
        reason=REASONS.to_proto(part.reason),
        start_date=day_to_proto(part.start),
        end_date=day_to_proto(part.end),
        months=part.months,
        days=part.days,
        annual_rate=decimal_to_proto(part.percent),
        principal_amount=money_to_proto(part.principal),
        interest_amount=money_to_proto(part.interest),
        tax_amount=money_to_proto(part.tax),
    )


def taxes_to_proto(parts: tuple[deposit.Interest, ...]) -> list[pb.TaxPart]:
    """Stretches without tax are left out."""
    return [_tax_part(each) for part in parts for each in part.taxes if each.percent]


def _tax_part(part: TaxedInterest) -> pb.TaxPart:
    return pb.TaxPart(
        start_date=day_to_proto(part.start),
        end_date=day_to_proto(part.end),
        tax_rate=decimal_to_proto(part.percent),
        interest_amount=money_to_proto(part.interest),
        tax_amount=money_to_proto(part.tax),
    )


def rate_changes_from_proto(request: pb.CalculateLoanRepaymentRequest) -> tuple[loan.RateChange, ...]:
    _bounded(len(request.rate_changes), "rate_changes")
    return tuple(
        loan.RateChange(
            day_from_proto(each.date, "rate_changes.date"),
            percent_from_proto(each.annual_rate, "rate_changes.annual_rate"),
        )
        for each in request.rate_changes
    )


def prepayments_from_proto(request: pb.CalculateLoanRepaymentRequest) -> tuple[loan.Prepayment, ...]:
    _bounded(len(request.prepayments), "prepayments")
    return tuple(
        loan.Prepayment(
            each.number,
            money_from_proto(each.amount, "prepayments.amount"),
            EFFECTS.from_proto(each.effect, "prepayments.effect"),
        )
        for each in request.prepayments
    )


def _bounded(count: int, field: str, most: int = _MOST_STEPS) -> None:
    if count > most:
        raise invalid(field, "too_many")


def instalment_to_proto(instalment: loan.Instalment) -> pb.LoanInstalment:
    return pb.LoanInstalment(
        number=instalment.number,
        due_date=day_to_proto(instalment.due),
        payment_amount=money_to_proto(instalment.payment),
        principal_amount=money_to_proto(instalment.principal),
        interest_amount=money_to_proto(instalment.interest),
        prepaid_amount=money_to_proto(instalment.prepaid),
        balance_amount=money_to_proto(instalment.balance),
        annual_rate=decimal_to_proto(instalment.percent),
    )


def schedule_to_proto(instalments: tuple[loan.Instalment, ...]) -> pb.CalculateLoanRepaymentResponse:
    """With its sums; a schedule has one instalment at least."""
    first, *rest = instalments
    paid = arithmetic.plus(first.payment, first.prepaid, *(m for each in rest for m in (each.payment, each.prepaid)))
    return pb.CalculateLoanRepaymentResponse(
        instalments=[instalment_to_proto(each) for each in instalments],
        total_amount=money_to_proto(paid),
        interest_amount=money_to_proto(arithmetic.plus(first.interest, *(each.interest for each in rest))),
    )


def bond_terms_from_proto(terms: pb.BondTerms) -> bond.BondTerms:
    kind = BOND_KINDS.from_proto(terms.kind, "terms.kind")
    discount = kind is bond.BondKind.DISCOUNT
    return bond.BondTerms(
        kind=kind,
        percent=Decimal(0) if discount else percent_from_proto(terms.coupon_rate, "terms.coupon_rate"),
        frequency=terms.coupons_per_year,
        issued=day_from_proto(terms.issue_date, "terms.issue_date"),
        matures=day_from_proto(terms.maturity_date, "terms.maturity_date"),
        issue_price=percent_from_proto(terms.issue_price, "terms.issue_price")
        if discount and terms.HasField("issue_price")
        else arithmetic.HUNDRED,
    )


def bond_yield_to_proto(found: bond.BondYield) -> pb.CalculateBondYieldResponse:
    def shown(value: Decimal, digits: int) -> ProtoDecimal:
        return decimal_to_proto(arithmetic.places(value, digits))

    return pb.CalculateBondYieldResponse(
        accrued_interest=shown(found.accrued, _PRICE_PLACES),
        full_price=shown(found.full_price, _PRICE_PLACES),
        yield_to_maturity=shown(found.to_maturity, _YIELD_PLACES),
        method=YIELD_METHODS.to_proto(found.method),
        simple_yield=shown(found.simple, _YIELD_PLACES),
        remaining_days=found.days,
    )


def facts_from_proto(request: pb.AssessCreditRequest) -> dict[str, str]:
    """Refuses an attribute that is there twice."""
    _bounded(len(request.facts), "facts", _MOST_FACTS)
    facts: dict[str, str] = {}
    for each in request.facts:
        attribute = checked_text(each.attribute, "facts.attribute", 64, required=True)
        if attribute in facts:
            raise invalid("facts.attribute", "there_twice")
        facts[attribute] = checked_text(each.value, "facts.value", 64, required=True)
    return facts


def credit_rules_to_proto(rules: credit.CreditRules, say: Say) -> pb.CreditRules:
    return pb.CreditRules(
        attributes=[
            pb.CreditAttribute(
                attribute=each.key,
                display_name=say(each.name),
                choices=[
                    pb.CreditChoice(value=rule.value, display_name=say(rule.condition))
                    for rule in each.rules
                    if not each.is_number
                ],
                unit="" if each.unit is None else say(each.unit),
            )
            for each in rules.attributes
        ],
        grades=[
            pb.CreditGrade(
                grade=each.name,
                minimum_points=each.least,
                income_multiple=decimal_to_proto(each.multiple),
                maximum_amount=money_to_proto(each.most),
            )
            for each in rules.grades
        ],
    )


def assessment_to_proto(found: credit.Assessment, say: Say) -> pb.AssessCreditResponse:
    return pb.AssessCreditResponse(
        points=found.points,
        grade=found.grade.name,
        limit_amount=money_to_proto(found.limit),
        reasons=[
            pb.CreditReason(
                attribute=reason.attribute.key,
                display_name=say(reason.attribute.name),
                condition=say(reason.rule.condition),
                points=reason.rule.points,
                refuses=reason.rule.refuses,
            )
            for reason in found.reasons
        ],
    )


def conversion_to_proto(converted: Money, rate: Decimal, *, live: bool) -> pb.ConvertCurrencyResponse:
    """A cross rate is shown to eight decimals; the amount was reckoned with all of them."""
    return pb.ConvertCurrencyResponse(
        converted_amount=money_to_proto(converted),
        rate=decimal_to_proto(rate if live else arithmetic.places(rate, _CROSS_PLACES)),
        rate_source=info.RATE_SOURCE_LIVE if live else info.RATE_SOURCE_TABLE,
    )
