"""Accounts: messages of the contract ⇄ the model."""

from __future__ import annotations

from tellerline.adapters.telemetry import mask_number
from tellerline.api.accounts.v1 import accounts_pb2 as pb
from tellerline.gateway.journal.records import RegisteredAccount
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.names import account_name
from tellerline.gateway.services.refusals import checked_words, invalid
from tellerline.gateway.services.values import (
    date_from_proto,
    date_to_proto,
    instant_to_proto,
    iso_instant_to_proto,
    money_to_proto,
    set_iso_instant,
    set_money,
)
from tellerline.routing.model.accounts import (
    AccountKind,
    Balance,
    ListStatementEntries,
    LossReport,
    LossReportState,
    ReportLoss,
    Statement,
    StatementEntry,
)

KINDS = EnumPair(pb.AccountKind.DESCRIPTOR, "ACCOUNT_KIND_", AccountKind)
LOSS_STATES = EnumPair(pb.LossReport.State.DESCRIPTOR, "STATE_", LossReportState)


def account_to_proto(account: RegisteredAccount) -> pb.Account:
    return pb.Account(
        name=account_name(account.customer, account.sequence),
        masked_number=mask_number(account.account),
        kind=KINDS.to_proto(AccountKind(account.kind)),
        currency_code=account.currency,
        register_time=instant_to_proto(account.registered_at),
    )


def balance_to_proto(balance: Balance, name: str, *, last_known: bool = False) -> pb.Balance:
    proto = pb.Balance(name=name, last_known=last_known)
    set_money(proto.ledger_amount, balance.ledger)
    set_money(proto.available_amount, balance.available)
    set_iso_instant(proto.read_time, balance.as_of)
    return proto


def statement_command(
    request: pb.ListStatementEntriesRequest, account: str, *, after: int, limit: int
) -> ListStatementEntries:
    first = date_from_proto(request.start_date, "start_date")
    last = date_from_proto(request.end_date, "end_date")
    if last < first:
        raise invalid("end_date", "before_start_date")
    return ListStatementEntries(account=account, from_date=first, to_date=last, after_sequence=after, limit=limit)


def statement_to_proto(statement: Statement, parent: str) -> pb.ListStatementEntriesResponse:
    """Without the page token."""
    return pb.ListStatementEntriesResponse(
        statement_entries=[_entry_to_proto(entry, parent) for entry in statement.entries],
        opening_amount=money_to_proto(statement.opening),
        closing_amount=money_to_proto(statement.closing),
    )


def _entry_to_proto(entry: StatementEntry, parent: str) -> pb.StatementEntry:
    return pb.StatementEntry(
        name=f"{parent}/statementEntries/{entry.sequence}",
        sequence=entry.sequence,
        booking_date=date_to_proto(entry.booking_date),
        amount=money_to_proto(entry.amount),
        balance_after_amount=money_to_proto(entry.balance_after),
        kind=entry.kind,
        counterparty_account=entry.counterparty_account,
        counterparty_display_name=entry.counterparty_name,
        narrative=entry.narrative,
        host_serial=entry.host_serial,
        global_serial=entry.reference,
    )


def loss_command(request: pb.ReportLossRequest, account: str, kind: AccountKind) -> ReportLoss:
    return ReportLoss(
        account=account,
        kind=kind,
        reporter_name=checked_words(request.reporter_display_name, "reporter_display_name", 60),
        remarks=checked_words(request.remarks, "remarks", 120),
    )


def loss_report_to_proto(report: LossReport, parent: str) -> pb.LossReport:
    """``parent`` is the account's name, empty for an unsigned caller's."""
    return pb.LossReport(
        name=f"{parent}/lossReport" if parent else "",
        report_number=report.report_number,
        kind=KINDS.to_proto(report.kind),
        state=LOSS_STATES.to_proto(report.state),
        report_time=iso_instant_to_proto(report.reported_at),
        lapse_time=iso_instant_to_proto(report.lapses_at),
    )
