"""Nothing that a table says is lost on its way into the contract: every field of a full message is filled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from google.protobuf.message import Message

from tellerline.gateway.services.calculators import convert as calculators
from tellerline.gateway.services.information import convert
from tellerline.gateway.services.tables.handlers import version_to_proto
from tellerline.routing.calculators import bond, credit, deposit, loan
from tellerline.routing.calculators.credit import Words
from tellerline.routing.calculators.interest_tax import TaxedInterest
from tellerline.routing.information import offers, places, rates
from tellerline.routing.information.versions import TableVersion, Verdict
from tellerline.routing.model.money import Money

DAY, LATER = date(2026, 1, 5), date(2026, 2, 5)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
YUAN, NAME = Money(12_345, "CNY"), Words("名", "name")
HALF = Decimal("0.5")


def say(words: Words) -> str:
    return words.en


PLACE = places.Place(
    code="1",
    kind=places.PlaceKind.BRANCH,
    name=NAME,
    district=NAME,
    address=NAME,
    point=places.Point(31.0, 121.0),
    hours=(places.Opening(0, 6, datetime.min.time(), datetime.min.time()),),
    telephone="021",
    services=frozenset({"cash"}),
)
EXCHANGE = rates.ExchangeRate(currency="USD", bid=HALF, ask=HALF, mid=HALF, cash_bid=HALF)
TERMS = bond.BondTerms(kind=bond.BondKind.COUPON, percent=HALF, frequency=2, issued=DAY, matures=LATER)
TAXED = TaxedInterest(start=DAY, end=LATER, percent=HALF, interest=YUAN, tax=YUAN)
INTEREST = deposit.Interest(
    reason=deposit.Reason.TERM,
    start=DAY,
    end=LATER,
    months=1,
    days=2,
    percent=HALF,
    principal=YUAN,
    interest=YUAN,
    taxes=(TAXED,),
)
INSTALMENT = loan.Instalment(number=1, due=DAY, principal=YUAN, interest=YUAN, prepaid=YUAN, balance=YUAN, percent=HALF)
RULE = credit.Rule(condition=NAME, points=3, value="A", refuses=True)
CHOICE = credit.Attribute(key="a", name=NAME, rules=(RULE,))
GRADE = credit.Grade(name="A", least=1, multiple=HALF, most=YUAN)
VERSION = TableVersion(
    table="fees",
    number=1,
    content="fees = []",
    digest="aa",
    reason="why",
    proposer="u1",
    proposed_at=NOON,
    effective_date="2026-01-05",
    verdict=Verdict.APPROVED,
    decider="u2",
    decided_at=NOON,
    remark="yes",
    effective_at=NOON,
)
FULL: dict[str, Message] = {
    "deposit rate": convert.deposit_rate_to_proto(
        rates.DepositRate(kind=rates.DepositKind.CALL, currency="CNY", percent=HALF, effective=DAY, months=1, days=7)
    ),
    "loan rate": convert.loan_rate_to_proto(
        rates.LoanRate(kind=rates.LoanKind.HOUSING, above=1, up_to=2, percent=HALF, effective=DAY)
    ),
    "exchange rate": convert.exchange_rate_to_proto(EXCHANGE, rates.ExchangeRates("CNY", DAY, {"USD": EXCHANGE})),
    "bond": convert.bond_to_proto(
        rates.TreasuryBond(code="1", name=NAME, terms=TERMS, effective=DAY, clean_price=HALF), say
    ),
    "fee": convert.fee_to_proto(
        offers.Fee(
            code="1",
            category="x",
            name=NAME,
            charge=NAME,
            effective=DAY,
            fixed=YUAN,
            percent=HALF,
            least=YUAN,
            most=YUAN,
        ),
        say,
    ),
    "product": convert.product_to_proto(
        offers.Product(code="1", category="x", name=NAME, summary=NAME, start=DAY, end=LATER), say
    ),
    "branch": convert.branch_to_proto(places.Found(PLACE, 7.0), NOON, say, english=True),
    "interest": calculators.interest_part_to_proto(INTEREST),
    "tax": calculators.taxes_to_proto((INTEREST,))[0],
    "instalment": calculators.instalment_to_proto(INSTALMENT),
    "version": version_to_proto(VERSION),
}


def unset(message: Message) -> Iterator[str]:
    present = {field.name for field, _ in message.ListFields()}
    return (field.name for field in message.DESCRIPTOR.fields if field.name not in present)


@pytest.mark.parametrize("name", FULL)
def test_every_field_is_filled(name: str) -> None:
    assert list(unset(FULL[name])) == []


def test_a_yield_an_assessment_and_the_rules_are_whole() -> None:
    """But for what handlers add: notes and source, and the unit, which choices do not have."""
    yielded = bond.bond_yield(TERMS, DAY, Decimal(100))
    assert set(unset(calculators.bond_yield_to_proto(replace(yielded, accrued=HALF)))) == {"notes", "source"}
    assessed = credit.Assessment(points=3, grade=GRADE, limit=YUAN, income=HALF, reasons=(credit.Reason(CHOICE, RULE),))
    shown = calculators.assessment_to_proto(assessed, say)
    assert set(unset(shown)) == {"notes", "source"}
    assert list(unset(shown.reasons[0])) == []
    rules = calculators.credit_rules_to_proto(
        credit.CreditRules(attributes=(CHOICE,), grades=(GRADE,), income="a"), say
    )
    assert list(unset(rules.attributes[0])) == ["unit"]
    assert list(unset(rules.attributes[0].choices[0])) == list(unset(rules.grades[0])) == []


def changed(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case str():
            return value + "9" if not value.startswith("2026") else "2026-01-06"
        case datetime():
            return value.replace(hour=13)
        case int():
            return value + 1
    raise TypeError(value)


def test_every_fact_about_a_version_shows() -> None:
    for field in fields(TableVersion):
        value = getattr(VERSION, field.name)
        other: Any = Verdict.REJECTED if field.name == "verdict" else changed(value)
        assert version_to_proto(replace(VERSION, **{field.name: other})) != FULL["version"], field.name
