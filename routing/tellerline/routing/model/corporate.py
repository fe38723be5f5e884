"""Corporate: what a company's representatives ask of the corporate front-end 企业银行前置."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from tellerline.routing.model.command import Command, Effect
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Result


class Keeper(StrEnum):
    """Which host keeps a company account's balance."""

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
    """``REFUSED`` by the front-end when it was handed in; ``RETURNED`` to the company when the payee's host refused."""

    WAITING = "WAITING"
    REFUSED = "REFUSED"
    PAID = "PAID"
    RETURNED = "RETURNED"


class RemittanceState(StrEnum):
    BOOKED = "BOOKED"
    REVERSED = "REVERSED"


class RemittanceDirection(StrEnum):
    INCOMING = "INCOMING"
    OUTGOING = "OUTGOING"


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeCompany(Command):
    """The front-end's record of a company, with the accounts that it has registered there."""

    operation: ClassVar[str] = "corporate.DescribeCompany"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    company: str
    credit_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyAccount:
    account: str
    name: str
    currency: str
    kept_at: Keeper


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyDescription(Result):
    company: str
    name: str
    credit_code: str
    accounts: tuple[CompanyAccount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Represented(Command):
    """``representative`` (经办人) acts for ``company``; the host checks that, and what the company has registered."""

    company: str
    representative: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRepresentative(_Represented):
    """Compare a representative's PIN with the host's. Each comparison counts at the host."""

    operation: ClassVar[str] = "corporate.VerifyRepresentative"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    sensitive: ClassVar[frozenset[str]] = frozenset({"pin"})
    public: ClassVar[bool] = True
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentativeVerified(Result):
    representative: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetBalances(_Represented):
    """Of ``account``, or of all that the front-end keeps for the company when it is empty."""

    operation: ClassVar[str] = "corporate.GetBalances"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    account: str = ""

    @property
    def account_number(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyBalance:
    account: str
    ledger: Money
    available: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyBalances(Result):
    """``as_of`` is ISO 8601."""

    balances: tuple[CompanyBalance, ...]
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnAccount(_Represented):
    account: str

    @property
    def account_number(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStatementEntries(_OnAccount):
    """As ``accounts.ListStatementEntries``; the result is a ``Statement``."""

    operation: ClassVar[str] = "corporate.ListStatementEntries"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    from_date: str
    to_date: str
    after_sequence: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _ListRemittances(_OnAccount):
    """Remittances booked in the period with a sequence above ``after_sequence``, in that order."""

    effect: ClassVar[Effect] = Effect.ENQUIRY
    from_date: str
    to_date: str
    after_sequence: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ListIncomingRemittances(_ListRemittances):
    operation: ClassVar[str] = "corporate.ListIncomingRemittances"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOutgoingRemittances(_ListRemittances):
    operation: ClassVar[str] = "corporate.ListOutgoingRemittances"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remittance:
    sequence: int
    number: str
    direction: RemittanceDirection
    amount: Money
    counterparty_bank: str
    counterparty_account: str
    counterparty_name: str
    purpose: str
    booking_date: str
    state: RemittanceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Remittances(Result):
    remittances: tuple[Remittance, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTransferOrder(_OnAccount):
    """Propose a transfer from ``account``; nothing moves before another representative approves it."""

    operation: ClassVar[str] = "corporate.CreateTransferOrder"
    effect: ClassVar[Effect] = Effect.STATE
    credit_account: str
    credit_name: str
    amount: Money
    credit_bank: str = ""
    narrative: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnOrder(_OnAccount):
    """``order`` is the host's number of an order from ``account``."""

    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetTransferOrder(_OnOrder):
    operation: ClassVar[str] = "corporate.GetTransferOrder"
    effect: ClassVar[Effect] = Effect.ENQUIRY


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveTransferOrder(_OnOrder):
    """Let the money move, once. Refused by the host for the order's own maker."""

    operation: ClassVar[str] = "corporate.ApproveTransferOrder"
    effect: ClassVar[Effect] = Effect.MONEY


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectTransferOrder(_OnOrder):
    operation: ClassVar[str] = "corporate.RejectTransferOrder"
    effect: ClassVar[Effect] = Effect.STATE
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOrder(Result):
    """``balance_after`` and ``booked_at`` are there when it is booked; ``checker`` when it is decided."""

    order: str
    account: str
    credit_account: str
    credit_bank: str
    credit_name: str
    amount: Money
    narrative: str
    state: OrderState
    maker: str
    checker: str
    reason: str
    created_at: str
    expires_at: str
    balance_after: Money | None
    booked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRemittance(_OnAccount):
    """Remit to an account at another bank 异地电子汇兑; the host adds its fee."""

    operation: ClassVar[str] = "corporate.CreateRemittance"
    effect: ClassVar[Effect] = Effect.MONEY
    credit_bank: str
    credit_account: str
    credit_name: str
    amount: Money
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remitted(Result):
    number: str
    fee: Money
    balance_after: Money
    booked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyForDraft(_OnAccount):
    """Have a bank draft 汇票 issued against the account."""

    operation: ClassVar[str] = "corporate.ApplyForDraft"
    effect: ClassVar[Effect] = Effect.MONEY
    payee_name: str
    amount: Money
    payee_account: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftIssued(Result):
    number: str
    valid_until: str
    balance_after: Money
    booked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepayLoan(_OnAccount):
    """Pay the interest due and, with the rest of ``amount``, principal 还本还息."""

    operation: ClassVar[str] = "corporate.RepayLoan"
    effect: ClassVar[Effect] = Effect.MONEY
    loan: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyLoanRepaid(Result):
    """``outstanding`` is the principal that is left."""

    loan: str
    principal: Money
    interest: Money
    outstanding: Money
    balance_after: Money
    booked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayrollLine:
    """``number`` orders the lines of a file; ``account`` is the payee's."""

    number: int
    account: str
    name: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitPayroll(_OnAccount):
    """Hand in a payroll file 代发工资 to be paid from ``account``; each line is judged, nothing moves."""

    operation: ClassVar[str] = "corporate.SubmitPayroll"
    effect: ClassVar[Effect] = Effect.STATE
    lines: tuple[PayrollLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payroll(Result):
    """``total`` and ``line_count`` are of the lines that can be paid."""

    payroll: str
    account: str
    total: Money
    line_count: int
    refused_count: int
    submitted_at: str
    state: PayrollState


@dataclass(frozen=True, slots=True, kw_only=True)
class GetPayroll(_OnAccount):
    """With the lines of numbers above ``after_number``, in order, at most ``limit`` (200 or fewer)."""

    operation: ClassVar[str] = "corporate.GetPayroll"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    payroll: str
    after_number: int = 0
    limit: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PayrollOutcome:
    """What the host knows of one line: ``host_code`` is empty for one that can be paid, ``code`` for one that was."""

    number: int
    account: str
    name: str
    amount: Money
    host_code: str
    host_message: str
    state: LineState
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayrollLines(Result):
    payroll: Payroll
    lines: tuple[PayrollOutcome, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPayroll(_OnAccount):
    """Become the only one to pay a payroll, or be refused; reversed, it can be claimed again. ``claim`` is our name."""

    operation: ClassVar[str] = "corporate.ClaimPayroll"
    effect: ClassVar[Effect] = Effect.STATE
    payroll: str
    claim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayrollClaimed(Result):
    payroll: str
    claim: str
    claimed_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidLine:
    """One line of a payroll that was run. ``code`` is empty for one that was paid, else why it was not."""

    number: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPayroll(_OnAccount):
    """Tell the host what became of every line of a payroll claimed as ``claim``; the result is ``Payroll``."""

    operation: ClassVar[str] = "corporate.ReportPayroll"
    effect: ClassVar[Effect] = Effect.STATE
    payroll: str
    claim: str
    lines: tuple[PaidLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPayroll(_OnAccount):
    """Pay the lines of a submitted payroll, once: a plan of one debit of ``account`` and a credit for each line.

    ``lines`` are those that can be paid, as the host keeps them; ``account`` is kept by the core host.
    """

    operation: ClassVar[str] = "corporate.RunPayroll"
    effect: ClassVar[Effect] = Effect.MONEY
    payroll: str
    lines: tuple[PayrollLine, ...]

    @property
    def total(self) -> Money:
        return Money(sum(line.amount.minor for line in self.lines), self.lines[0].amount.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayrollRun(Result):
    """What became of a payroll. ``returned`` is the total of failed lines, credited back."""

    payroll: str
    paid: Money
    returned: Money
    lines: tuple[PaidLine, ...]
    booked_at: str
