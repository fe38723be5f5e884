"""Tables of rates from TOML."""

from __future__ import annotations

from decimal import Decimal

from tellerline.routing.calculators.arithmetic import HUNDRED
from tellerline.routing.calculators.bond import BondKind, BondTerms
from tellerline.routing.calculators.interest_tax import TaxStep
from tellerline.routing.information import cells
from tellerline.routing.information.rates import (
    DepositBlock,
    DepositKind,
    DepositRate,
    DepositRates,
    ExchangeRate,
    ExchangeRates,
    InterestTax,
    LoanKind,
    LoanRate,
    LoanRates,
    TreasuryBond,
    TreasuryBonds,
)
from tellerline.routing.tickets.tables import Table

_SINGLE = {
    "demand": (DepositKind.DEMAND, 0),
    "call_1_day": (DepositKind.CALL, 1),
    "call_7_days": (DepositKind.CALL, 7),
    "agreement": (DepositKind.AGREEMENT, 0),
}
_BY_TERM = {"term": DepositKind.TERM, "instalment": DepositKind.INSTALMENT}
_MOST_MONTHS = 1200


def read_deposit_rates(table: Table) -> DepositRates:
    """Blocks ``[[deposits]]``: ``currency``, ``effective``, single rates by name, and rates by months of ``term`` and
    ``instalment``."""
    blocks = sorted(table.tables("deposits", _deposit_block), key=lambda block: block.effective)
    cells.unique([f"{block.currency} {block.effective}" for block in blocks], table, "deposits")
    return DepositRates(tuple(blocks))


def _deposit_block(table: Table) -> DepositBlock:
    currency, effective = cells.currency(table), cells.day(table, "effective")

    def rate(kind: DepositKind, percent: Decimal, months: int = 0, days: int = 0) -> DepositRate:
        return DepositRate(kind=kind, currency=currency, percent=percent, effective=effective, months=months, days=days)

    rates = [
        rate(kind, cells.percent(table, key), days=days) for key, (kind, days) in _SINGLE.items() if key in table.keys
    ]
    for key, kind in _BY_TERM.items():
        rates += [rate(kind, percent, months) for months, percent in _by_months(table, key)]
    order = list(DepositKind)
    rates.sort(key=lambda each: (order.index(each.kind), each.months, each.days))
    return DepositBlock(currency, effective, tuple(rates))


def _by_months(table: Table, key: str) -> list[tuple[int, Decimal]]:
    """A table of percentages by months; none where the key is absent."""
    if key not in table.keys:
        return []
    part = table.table(key)
    found = [(_months(part, months), cells.percent(part, months)) for months in part.keys]
    return sorted(found)


def _months(table: Table, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= _MOST_MONTHS):
        raise table.fail(text, f"must be months from 1 to {_MOST_MONTHS}")
    return int(text)


def read_loan_rates(table: Table) -> LoanRates:
    """Blocks ``[[loans]]``: ``kind``, ``effective``, and rates by the months up to which they hold."""
    blocks = sorted(table.tables("loans", _loan_block), key=lambda block: block[0].effective)
    cells.unique([f"{block[0].kind} {block[0].effective}" for block in blocks], table, "loans")
    return LoanRates(tuple(blocks))


def _loan_block(table: Table) -> tuple[LoanRate, ...]:
    kind, effective = table.word("kind", LoanKind), cells.day(table, "effective")
    rates, above = [], 0
    for months, percent in _by_months(table, "up_to_months"):
        rates.append(LoanRate(kind=kind, above=above, up_to=months, percent=percent, effective=effective))
        above = months
    if not rates:
        raise table.fail("up_to_months", "must not be empty")
    return tuple(rates)


def read_exchange_rates(table: Table) -> ExchangeRates:
    """``home``, ``effective``, and ``[[rates]]``: prices of one unit of each ``currency``."""
    home, effective = cells.currency(table, "home"), cells.day(table, "effective")
    rates = table.tables("rates", _exchange_rate)
    cells.unique([home, *(rate.currency for rate in rates)], table, "rates")
    by_currency = {rate.currency: rate for rate in rates}
    return ExchangeRates(home, effective, dict(sorted(by_currency.items())))


def _exchange_rate(table: Table) -> ExchangeRate:
    least = "0.000001"
    rate = ExchangeRate(
        currency=cells.currency(table),
        bid=cells.decimal(table, "bid", least=least),
        ask=cells.decimal(table, "ask", least=least),
        mid=cells.decimal(table, "mid", least=least),
        cash_bid=cells.optional_decimal(table, "cash_bid", least=least),
    )
    if not rate.bid <= rate.mid <= rate.ask:
        raise table.fail("mid", "must not be below bid nor above ask")
    if rate.cash_bid is not None and rate.cash_bid > rate.bid:
        raise table.fail("cash_bid", "must not be above bid")
    return rate


def read_treasury_bonds(table: Table) -> TreasuryBonds:
    """``[[bonds]]``."""
    bonds = table.tables("bonds", _bond)
    cells.unique([bond.code for bond in bonds], table, "bonds")
    return TreasuryBonds(tuple(sorted(bonds, key=lambda bond: (bond.terms.matures, bond.code))))


def _bond(table: Table) -> TreasuryBond:
    kind = table.word("kind", BondKind)
    issue_price = cells.optional_decimal(table, "issue_price", least="0.01", most="1000")
    terms = BondTerms(
        kind=kind,
        percent=Decimal(0) if kind is BondKind.DISCOUNT else cells.percent(table, "coupon"),
        frequency=_frequency(table) if kind is BondKind.COUPON else 0,
        issued=cells.day(table, "issued"),
        matures=cells.day(table, "matures"),
        issue_price=HUNDRED if issue_price is None else issue_price,
    )
    if terms.matures <= terms.issued:
        raise table.fail("matures", "must be after issued")
    return TreasuryBond(
        code=cells.code(table),
        name=cells.words(table, "name"),
        terms=terms,
        effective=cells.day(table, "effective"),
        clean_price=cells.optional_decimal(table, "clean_price", least="0.01", most="1000"),
    )


def _frequency(table: Table) -> int:
    number = table.number("coupons_per_year")
    if number not in (1, 2, 4):
        raise table.fail("coupons_per_year", "must be 1, 2 or 4")
    return number


def read_interest_tax(table: Table) -> InterestTax:
    """``[[steps]]``: from ``start`` on the ``percent`` of interest."""
    steps = table.tables("steps", lambda part: TaxStep(cells.day(part, "start"), cells.percent(part, "percent")))
    cells.unique([step.start.isoformat() for step in steps], table, "steps")
    return InterestTax(tuple(sorted(steps, key=lambda step: step.start)))
