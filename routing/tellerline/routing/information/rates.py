"""Rates as the bank lists them, in per cent a year; a block of rates holds until a later one replaces it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tellerline.routing.calculators.bond import BondTerms
from tellerline.routing.calculators.credit import Words
from tellerline.routing.calculators.deposit import ListedRate, ListedRates
from tellerline.routing.calculators.interest_tax import TaxStep


class DepositKind(StrEnum):
    DEMAND = "DEMAND"
    TERM = "TERM"
    INSTALMENT = "INSTALMENT"
    CALL = "CALL"
    AGREEMENT = "AGREEMENT"


class LoanKind(StrEnum):
    CONSUMER = "CONSUMER"
    HOUSING = "HOUSING"
    PROVIDENT_FUND = "PROVIDENT_FUND"
    BUSINESS = "BUSINESS"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositRate:
    """``months`` of a term, ``days`` of notice; 0 where the kind has none."""

    kind: DepositKind
    currency: str
    percent: Decimal
    effective: date
    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class DepositBlock:
    """Everything that is listed in one currency from ``effective`` on."""

    currency: str
    effective: date
    rates: tuple[DepositRate, ...]


@dataclass(frozen=True, slots=True)
class DepositRates:
    """``blocks`` in the order of their days."""

    blocks: tuple[DepositBlock, ...]

    def listed(self, currency: str, day: date) -> tuple[DepositRate, ...]:
        """None before the first block of the currency."""
        for block in reversed(self.blocks):
            if block.currency == currency and block.effective <= day:
                return block.rates
        return ()

    def term(self, currency: str, months: int, day: date) -> DepositRate | None:
        """The rate of a lump sum for so many months that is paid in on ``day``."""
        rates = self.listed(currency, day)
        return next((each for each in rates if each.kind is DepositKind.TERM and each.months == months), None)

    def demand(self, currency: str) -> ListedRates:
        """The demand rate through time."""
        steps = [
            ListedRate(rate.effective, rate.percent)
            for block in self.blocks
            for rate in block.rates
            if rate.kind is DepositKind.DEMAND and rate.currency == currency
        ]
        return ListedRates(tuple(steps))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanRate:
    """For terms above ``above`` months and up to ``up_to``."""

    kind: LoanKind
    above: int
    up_to: int
    percent: Decimal
    effective: date


@dataclass(frozen=True, slots=True)
class LoanRates:
    """Blocks by kind, in the order of their days, each with its rates by term."""

    blocks: tuple[tuple[LoanRate, ...], ...]

    def listed(self, day: date) -> tuple[LoanRate, ...]:
        """By kind, as the kinds are named, and term."""
        found = {block[0].kind: block for block in self.blocks if block[0].effective <= day}
        return tuple(rate for kind in LoanKind for rate in found.get(kind, ()))

    def rate(self, kind: LoanKind, months: int, day: date) -> LoanRate | None:
        rates = (each for each in self.listed(day) if each.kind is kind)
        return next((each for each in rates if each.above < months <= each.up_to), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRate:
    """The price of one unit of ``currency`` in the bank's own; ``cash_bid`` is for notes."""

    currency: str
    bid: Decimal
    ask: Decimal
    mid: Decimal
    cash_bid: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """Of the day ``effective``, by currency."""

    home: str
    effective: date
    rates: Mapping[str, ExchangeRate]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreasuryBond:
    """``clean_price`` is the bank's own, per 100, where it quotes one."""

    code: str
    name: Words
    terms: BondTerms
    effective: date
    clean_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TreasuryBonds:
    """By maturity."""

    bonds: tuple[TreasuryBond, ...]

    def listed(self, day: date) -> tuple[TreasuryBond, ...]:
        """Those that have not matured."""
        return tuple(each for each in self.bonds if each.effective <= day < each.terms.matures)

    def get(self, code: str) -> TreasuryBond | None:
        return next((each for each in self.bonds if each.code == code), None)


@dataclass(frozen=True, slots=True)
class InterestTax:
    """In the order of their days."""

    steps: tuple[TaxStep, ...]
