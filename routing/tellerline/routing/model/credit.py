"""Credit: a loan, its repayment schedule, a repayment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tellerline.routing.model.command import Command, Effect
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Result


class LoanStatus(StrEnum):
    RUNNING = "RUNNING"
    OVERDUE = "OVERDUE"
    REPAID = "REPAID"
    WRITTEN_OFF = "WRITTEN_OFF"


class RepaymentMethod(StrEnum):
    EQUAL_INSTALMENTS = "EQUAL_INSTALMENTS"
    EQUAL_PRINCIPAL = "EQUAL_PRINCIPAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnLoan(Command):
    """``account`` is the registered account that the loan is repaid from; the host checks that they belong together."""

    loan: str
    account: str

    @property
    def account_number(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class GetLoan(_OnLoan):
    operation: ClassVar[str] = "credit.GetLoan"
    effect: ClassVar[Effect] = Effect.ENQUIRY


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan(Result):
    """``rate_ppm`` is the yearly rate in parts per million (4.35% = 43500)."""

    loan: str
    account: str
    borrower_name: str
    principal: Money
    outstanding: Money
    rate_ppm: int
    method: RepaymentMethod
    granted_on: str
    instalments: int
    instalments_paid: int
    next_due_on: str
    next_due: Money
    status: LoanStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ListInstalments(_OnLoan):
    """Instalments with numbers above ``after_number``, in order; at most ``limit`` (20 or fewer) come back."""

    operation: ClassVar[str] = "credit.ListInstalments"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    after_number: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    number: int
    due_on: str
    principal: Money
    interest: Money
    paid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalments(Result):
    loan: str
    instalments: tuple[Instalment, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RepayLoan(_OnLoan):
    """Repay ``amount`` from the loan's settlement account at the credit host. Transfer limits do not apply."""

    operation: ClassVar[str] = "credit.RepayLoan"
    effect: ClassVar[Effect] = Effect.MONEY
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanRepaid(Result):
    """``settlement_balance`` is what is left on the account that the loan is repaid from."""

    loan: str
    outstanding: Money
    settlement_balance: Money
    booked_at: str
