"""What the corporate front-end answers, free of any wire. Amounts in minor units."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.simulators.corporate.register import Company, CompanyAccount, Order, Payroll, PayrollLine
from tellerline.simulators.ledger import Entry


@dataclass(frozen=True, slots=True)
class CompanyResult:
    company: Company
    accounts: list[CompanyAccount]


@dataclass(frozen=True, slots=True)
class RepresentativeResult:
    representative: str


@dataclass(frozen=True, slots=True)
class AccountBalance:
    account: str
    currency: str
    ledger: int
    available: int


@dataclass(frozen=True, slots=True)
class BalancesResult:
    balances: list[AccountBalance]
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittancesResult:
    account: str
    currency: str
    direction: str
    entries: list[Entry]
    more: bool


@dataclass(frozen=True, slots=True)
class OrderResult:
    """``state`` as it was when the question was answered."""

    order: Order
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittedResult:
    number: str
    currency: str
    fee: int
    balance_after: int
    booked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftResult:
    number: str
    valid_until: str
    currency: str
    balance_after: int
    booked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepaymentResult:
    loan: str
    currency: str
    principal: int
    interest: int
    outstanding: int
    balance_after: int
    booked_at: str


@dataclass(frozen=True, slots=True)
class PayrollResult:
    payroll: Payroll


@dataclass(frozen=True, slots=True)
class ClaimResult:
    payroll: Payroll
    claimed_at: str


@dataclass(frozen=True, slots=True)
class PayrollLinesResult:
    payroll: Payroll
    lines: list[PayrollLine]
    more: bool
