"""Companies, representatives, accounts, orders, loans and payrolls as the front-end files them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tellerline.simulators.corporate import codes
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import Table, Transaction

ORDER_VALIDITY = timedelta(days=3)
PAYROLL_VALIDITY = timedelta(days=30)
PIN_TRIES = 3


class Keeper(StrEnum):
    CORPORATE = "CORPORATE"
    CORE = "CORE"


class OrderState(StrEnum):
    PENDING = "PENDING"
    BOOKED = "BOOKED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    REVERSED = "REVERSED"


class PayrollState(StrEnum):
    SUBMITTED = "SUBMITTED"
    RUNNING = "RUNNING"
    PAID = "PAID"
    EXPIRED = "EXPIRED"


class LineState(StrEnum):
    WAITING = "WAITING"
    REFUSED = "REFUSED"
    PAID = "PAID"
    RETURNED = "RETURNED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """``credit_code`` is the unified social credit code 统一社会信用代码."""

    number: str
    name: str
    credit_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Representative:
    """``failures`` counts wrong PINs in a row."""

    company: str
    number: str
    name: str
    pin: str = field(repr=False)
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyAccount:
    """``registered`` for company banking, or not: then no representative sees it."""

    number: str
    company: str
    name: str
    currency: str
    kept_at: Keeper = Keeper.CORPORATE
    registered: bool = True
    frozen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A transfer that waits for, or has had, its second person. Amounts in minor units; ``state`` as filed."""

    number: str
    company: str
    debit_account: str
    credit_account: str
    credit_bank: str
    credit_name: str
    currency: str
    amount: int
    narrative: str
    maker: str
    created_at: datetime
    state: OrderState = OrderState.PENDING
    checker: str = ""
    reason: str = ""
    balance_after: int = 0
    booked_at: str = ""

    @property
    def expires_at(self) -> datetime:
        return self.created_at + ORDER_VALIDITY

    def state_at(self, instant: datetime) -> OrderState:
        """An order that nobody decided in time expires by itself."""
        if self.state is OrderState.PENDING and instant >= self.expires_at:
            return OrderState.EXPIRED
        return self.state


@dataclass(frozen=True, slots=True)
class Paid:
    """One repayment; it counts while its transaction is effective."""

    transaction: Transaction
    principal: int
    interest: int
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyLoan:
    """Interest runs from ``granted_on`` or the last repayment, by the day, on a year of 360. Minor units."""

    number: str
    company: str
    currency: str
    principal: int
    rate_ppm: int
    granted_on: str
    repayments: tuple[Paid, ...] = ()

    @property
    def outstanding(self) -> int:
        return self.principal - sum(paid.principal for paid in self.repayments if paid.transaction.effective)

    def interest_due(self, on: str) -> int:
        """Rounded half up."""
        since = max([self.granted_on, *(paid.on for paid in self.repayments if paid.transaction.effective)])
        days = max(0, (datetime.fromisoformat(on) - datetime.fromisoformat(since)).days)
        return (self.outstanding * self.rate_ppm * days * 2 + 360_000_000) // 720_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PayrollLine:
    """``code`` is 0000 for a line that can be paid; ``reason`` is the payer's of one that was returned."""

    number: int
    account: str
    name: str
    currency: str
    amount: int
    code: str
    state: LineState = LineState.WAITING
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payroll:
    """``claim`` is the number under which somebody is paying it, or has; ``state`` as filed."""

    number: str
    company: str
    account: str
    currency: str
    lines: tuple[PayrollLine, ...]
    submitted_at: str
    state: PayrollState = PayrollState.SUBMITTED
    claim: str = ""

    @property
    def payable(self) -> list[PayrollLine]:
        return [line for line in self.lines if line.code == "0000"]

    @property
    def total(self) -> int:
        """Of the lines that can be paid, in minor units."""
        return sum(line.amount for line in self.payable)

    def at(self, instant: datetime) -> Payroll:
        """A payroll that nobody has claimed in time expires by itself."""
        late = instant >= datetime.fromisoformat(self.submitted_at) + PAYROLL_VALIDITY
        return replace(self, state=PayrollState.EXPIRED) if late and self.state is PayrollState.SUBMITTED else self


class Register:
    """Look-ups by the numbers that requests carry; goes back to a snapshot like the ledger does."""

    def __init__(self) -> None:
        self.companies: Table[str, Company] = Table()
        self.representatives: Table[tuple[str, str], Representative] = Table()
        self.accounts: Table[str, CompanyAccount] = Table()
        self.orders: Table[str, Order] = Table()
        self.loans: Table[str, CompanyLoan] = Table()
        self.payrolls: Table[str, Payroll] = Table()

    @property
    def _tables(self) -> tuple[Table[Any, Any], ...]:
        return self.companies, self.representatives, self.accounts, self.orders, self.loans, self.payrolls

    def company(self, number: str) -> Company:
        company = self.companies.get(number)
        if company is None:
            raise RefusedError(codes.COMPANY_NOT_FOUND)
        return company

    def representative(self, company: str, number: str) -> Representative:
        representative = self.representatives.get((self.company(company).number, number))
        if representative is None:
            raise RefusedError(codes.REPRESENTATIVE_NOT_FOUND)
        return representative

    def accounts_of(self, company: str) -> list[CompanyAccount]:
        """Registered ones only, by number."""
        own = [account for account in self.accounts.values() if account.company == company and account.registered]
        return sorted(own, key=lambda account: account.number)

    def account(self, company: str, number: str, keeper: Keeper = Keeper.CORPORATE) -> CompanyAccount:
        """Refuses another company's account, one not registered and one kept elsewhere in the same words."""
        account = self.accounts.get(number)
        if account is None or account.company != company or not account.registered or account.kept_at is not keeper:
            raise RefusedError(codes.ACCOUNT_NOT_REGISTERED)
        return account

    def debitable(self, company: str, number: str, currency: str) -> CompanyAccount:
        account = self.account(company, number)
        if account.frozen:
            raise RefusedError(codes.ACCOUNT_FROZEN)
        if account.currency != currency:
            raise RefusedError(codes.CURRENCY_MISMATCH)
        return account

    def order(self, company: str, account: str, number: str) -> Order:
        order = self.orders.get(number)
        if order is None or (order.company, order.debit_account) != (company, account):
            raise RefusedError(codes.ORDER_NOT_FOUND)
        return order

    def loan(self, company: str, number: str) -> CompanyLoan:
        loan = self.loans.get(number)
        if loan is None or loan.company != company:
            raise RefusedError(codes.LOAN_NOT_FOUND)
        return loan

    def payroll(self, company: str, account: str, number: str) -> Payroll:
        payroll = self.payrolls.get(number)
        if payroll is None or (payroll.company, payroll.account) != (company, account):
            raise RefusedError(codes.PAYROLL_NOT_FOUND)
        return payroll

    def check_pin(self, company: str, number: str, pin: str) -> Representative:
        representative = self.representative(company, number)
        if representative.failures >= PIN_TRIES:
            raise RefusedError(codes.PIN_LOCKED)
        failures = 0 if pin == representative.pin else representative.failures + 1
        self.representatives.put((company, number), replace(representative, failures=failures))
        if failures:
            raise RefusedError(codes.PIN_LOCKED if failures >= PIN_TRIES else codes.PIN_WRONG)
        return representative

    def snapshot(self) -> None:
        for table in self._tables:
            table.snapshot()

    def reset(self) -> None:
        for table in self._tables:
            table.reset()
