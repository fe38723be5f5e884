"""Accounts: balance, statement, oral loss report, and what the counter needs to register one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tellerline.routing.model.command import Command, Effect
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Result


class AccountKind(StrEnum):
    """What a customer holds in hand; a loss report names one of them."""

    ACCOUNT = "ACCOUNT"
    CARD = "CARD"
    PASSBOOK = "PASSBOOK"


class AccountStatus(StrEnum):
    ACTIVE = "ACTIVE"
    REPORTED_LOST = "REPORTED_LOST"
    FROZEN = "FROZEN"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnAccount(Command):
    account: str

    @property
    def account_number(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeAccount(_OnAccount):
    """Who owns an account and what it is; used when the counter registers one."""

    operation: ClassVar[str] = "accounts.DescribeAccount"
    effect: ClassVar[Effect] = Effect.ENQUIRY


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDescription(Result):
    account: str
    kind: AccountKind
    currency: str
    status: AccountStatus
    owner_name: str
    owner_identity_document: str
    opened_on: str
    product: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetBalance(_OnAccount):
    operation: ClassVar[str] = "accounts.GetBalance"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    recallable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance(Result):
    """``ledger`` is booked; ``available`` adds the overdraft facility and subtracts holds. ``as_of`` is ISO 8601."""

    account: str
    ledger: Money
    available: Money
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStatementEntries(_OnAccount):
    """Entries booked from ``from_date`` to ``to_date`` inclusive (ISO 8601 accounting dates), oldest first.

    ``after_sequence`` continues behind an entry already seen; at most ``limit`` entries come back.
    """

    operation: ClassVar[str] = "accounts.ListStatementEntries"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    from_date: str
    to_date: str
    after_sequence: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEntry:
    """One booked movement; ``amount`` is negative for a debit. ``sequence`` orders an account's entries; stable."""

    sequence: int
    booking_date: str
    amount: Money
    balance_after: Money
    kind: str
    counterparty_account: str = ""
    counterparty_name: str = ""
    narrative: str = ""
    host_serial: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Result):
    account: str
    opening: Money
    closing: Money
    entries: tuple[StatementEntry, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLoss(_OnAccount):
    """Oral loss report: takes effect at once, lapses by itself five days later."""

    operation: ClassVar[str] = "accounts.ReportLoss"
    effect: ClassVar[Effect] = Effect.STATE
    kind: AccountKind
    reporter_name: str = ""
    remarks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetLossReport(_OnAccount):
    """The newest loss report of an account, in force or not."""

    operation: ClassVar[str] = "accounts.GetLossReport"
    effect: ClassVar[Effect] = Effect.ENQUIRY


class LossReportState(StrEnum):
    IN_FORCE = "IN_FORCE"
    LAPSED = "LAPSED"
    FORMALISED = "FORMALISED"
    LIFTED = "LIFTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class LossReport(Result):
    """``reported_at`` and ``lapses_at`` are ISO 8601 instants with offset."""

    account: str
    kind: AccountKind
    report_number: str
    reported_at: str
    lapses_at: str
    state: LossReportState
