"""Company banking: messages of the contract ⇄ the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tellerline.api.common.v1.transaction_pb2 import TransactionInfo
from tellerline.api.corporate.v1 import corporate_pb2 as pb
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.refusals import checked_text, checked_words, invalid
from tellerline.gateway.services.values import (
    date_to_proto,
    iso_instant_to_proto,
    money_from_proto,
    money_to_proto,
    set_money,
)
from tellerline.routing.model import corporate as model

KEEPERS = EnumPair(pb.CompanyAccount.Keeper.DESCRIPTOR, "KEEPER_", model.Keeper)
DIRECTIONS = EnumPair(pb.Remittance.Direction.DESCRIPTOR, "DIRECTION_", model.RemittanceDirection)
REMITTANCE_STATES = EnumPair(pb.Remittance.State.DESCRIPTOR, "STATE_", model.RemittanceState)
ORDER_STATES = EnumPair(pb.TransferOrder.State.DESCRIPTOR, "STATE_", model.OrderState)
PAYROLL_STATES = EnumPair(pb.Payroll.State.DESCRIPTOR, "STATE_", model.PayrollState)
LINE_STATES = EnumPair(pb.PayrollLineResult.State.DESCRIPTOR, "STATE_", model.LineState)
_MOST_LINES = 1000
_NUMBER, _NAME, _BANK, _TEXT = 32, 60, 14, 60


def company_to_proto(company: model.CompanyDescription, names: Mapping[str, str]) -> pb.Company:
    """``names`` are the accounts' resource names by their numbers; an account without one is left out."""
    return pb.Company(
        name=f"customers/{company.company}",
        display_name=company.name,
        accounts=[
            pb.CompanyAccount(
                name=names[account.account],
                display_name=account.name,
                currency_code=account.currency,
                keeper=KEEPERS.to_proto(account.kept_at),
            )
            for account in company.accounts
            if account.account in names
        ],
    )


def balances_to_proto(balances: model.CompanyBalances, names: Mapping[str, str]) -> pb.GetBalancesResponse:
    """As ``company_to_proto``."""
    proto = pb.GetBalancesResponse(as_of_time=iso_instant_to_proto(balances.as_of))
    for balance in balances.balances:
        if balance.account in names:
            added = proto.balances.add(account=names[balance.account])
            set_money(added.ledger_amount, balance.ledger)
            set_money(added.available_amount, balance.available)
    return proto


def remittance_to_proto(remittance: model.Remittance) -> pb.Remittance:
    return pb.Remittance(
        sequence=remittance.sequence,
        remittance_number=remittance.number,
        direction=DIRECTIONS.to_proto(remittance.direction),
        amount=money_to_proto(remittance.amount),
        counterparty_bank=remittance.counterparty_bank,
        counterparty_account=remittance.counterparty_account,
        counterparty_display_name=remittance.counterparty_name,
        purpose=remittance.purpose,
        booking_date=date_to_proto(remittance.booking_date),
        state=REMITTANCE_STATES.to_proto(remittance.state),
    )


def order_command(
    request: pb.CreateTransferOrderRequest, who: tuple[str, str], account: str
) -> model.CreateTransferOrder:
    asked, path = request.transfer_order, "transfer_order"
    return model.CreateTransferOrder(
        company=who[0],
        representative=who[1],
        account=account,
        credit_account=checked_text(asked.credit_account, f"{path}.credit_account", _NUMBER, required=True),
        credit_name=checked_words(asked.credit_display_name, f"{path}.credit_display_name", _NAME, required=True),
        credit_bank=checked_text(asked.credit_bank, f"{path}.credit_bank", _BANK),
        amount=money_from_proto(asked.amount, f"{path}.amount"),
        narrative=checked_words(asked.narrative, f"{path}.narrative", _TEXT),
    )


def order_to_proto(order: model.TransferOrder, parent: str, info: TransactionInfo | None) -> pb.TransferOrder:
    """``parent`` is the account's resource name."""
    return pb.TransferOrder(
        name=f"{parent}/transferOrders/{order.order}",
        credit_account=order.credit_account,
        credit_display_name=order.credit_name,
        credit_bank=order.credit_bank,
        amount=money_to_proto(order.amount),
        narrative=order.narrative,
        state=ORDER_STATES.to_proto(order.state),
        maker=order.maker,
        checker=order.checker,
        reason=order.reason,
        create_time=iso_instant_to_proto(order.created_at),
        expire_time=iso_instant_to_proto(order.expires_at),
        balance_after_amount=money_to_proto(order.balance_after) if order.balance_after else None,
        book_time=iso_instant_to_proto(order.booked_at),
        transaction=info,
    )


def remittance_command(
    request: pb.CreateRemittanceRequest, who: tuple[str, str], account: str
) -> model.CreateRemittance:
    return model.CreateRemittance(
        company=who[0],
        representative=who[1],
        account=account,
        credit_bank=checked_text(request.credit_bank, "credit_bank", _BANK, required=True),
        credit_account=checked_text(request.credit_account, "credit_account", _NUMBER, required=True),
        credit_name=checked_words(request.credit_display_name, "credit_display_name", _NAME, required=True),
        amount=money_from_proto(request.amount, "amount"),
        purpose=checked_words(request.purpose, "purpose", _TEXT),
    )


def remitted_to_proto(done: model.Remitted | None, info: TransactionInfo) -> pb.CreateRemittanceResponse:
    if done is None:
        return pb.CreateRemittanceResponse(transaction=info)
    return pb.CreateRemittanceResponse(
        remittance_number=done.number,
        fee_amount=money_to_proto(done.fee),
        balance_after_amount=money_to_proto(done.balance_after),
        book_time=iso_instant_to_proto(done.booked_at),
        transaction=info,
    )


def draft_command(request: pb.ApplyForDraftRequest, who: tuple[str, str], account: str) -> model.ApplyForDraft:
    return model.ApplyForDraft(
        company=who[0],
        representative=who[1],
        account=account,
        payee_name=checked_words(request.payee_display_name, "payee_display_name", _NAME, required=True),
        payee_account=checked_text(request.payee_account, "payee_account", _NUMBER),
        amount=money_from_proto(request.amount, "amount"),
        purpose=checked_words(request.purpose, "purpose", _TEXT),
    )


def draft_to_proto(done: model.DraftIssued | None, info: TransactionInfo) -> pb.ApplyForDraftResponse:
    if done is None:
        return pb.ApplyForDraftResponse(transaction=info)
    return pb.ApplyForDraftResponse(
        draft_number=done.number,
        valid_until_date=date_to_proto(done.valid_until),
        balance_after_amount=money_to_proto(done.balance_after),
        book_time=iso_instant_to_proto(done.booked_at),
        transaction=info,
    )


def repaid_to_proto(done: model.CompanyLoanRepaid | None, info: TransactionInfo, loan: str) -> pb.RepayLoanResponse:
    if done is None:
        return pb.RepayLoanResponse(loan_number=loan, transaction=info)
    return pb.RepayLoanResponse(
        loan_number=done.loan,
        principal_amount=money_to_proto(done.principal),
        interest_amount=money_to_proto(done.interest),
        outstanding_amount=money_to_proto(done.outstanding),
        balance_after_amount=money_to_proto(done.balance_after),
        book_time=iso_instant_to_proto(done.booked_at),
        transaction=info,
    )


def payroll_lines(lines: Sequence[pb.PayrollLine]) -> tuple[model.PayrollLine, ...]:
    """Refuses none or too many of them, and a number that comes twice; what a line says, the host judges."""
    if not lines or len(lines) > _MOST_LINES:
        raise invalid("lines", "too_many" if lines else "missing")
    if len({line.number for line in lines}) != len(lines):
        raise invalid("lines.number", "not_unique")
    return tuple(_line(line) for line in lines)


def _line(line: pb.PayrollLine) -> model.PayrollLine:
    if line.number < 1:
        raise invalid("lines.number", "not_positive")
    return model.PayrollLine(
        number=line.number,
        account=checked_text(line.account_number, "lines.account_number", _NUMBER, required=True),
        name=checked_words(line.display_name, "lines.display_name", _NAME),
        amount=money_from_proto(line.amount, "lines.amount", positive=False),
    )


def payroll_to_proto(payroll: model.Payroll, parent: str, info: TransactionInfo | None = None) -> pb.Payroll:
    return pb.Payroll(
        name=f"{parent}/payrolls/{payroll.payroll}",
        total_amount=money_to_proto(payroll.total),
        line_count=payroll.line_count,
        refused_count=payroll.refused_count,
        submit_time=iso_instant_to_proto(payroll.submitted_at),
        state=PAYROLL_STATES.to_proto(payroll.state),
        transaction=info,
    )


def payroll_lines_to_proto(page: model.PayrollLines, parent: str) -> pb.GetPayrollResponse:
    """Without the page token."""
    return pb.GetPayrollResponse(
        payroll=payroll_to_proto(page.payroll, parent), line_results=[outcome_to_proto(line) for line in page.lines]
    )


def outcome_to_proto(outcome: model.PayrollOutcome) -> pb.PayrollLineResult:
    return pb.PayrollLineResult(
        line=pb.PayrollLine(
            number=outcome.number,
            account_number=outcome.account,
            display_name=outcome.name,
            amount=money_to_proto(outcome.amount),
        ),
        host_code=outcome.host_code,
        host_message=outcome.host_message,
        state=LINE_STATES.to_proto(outcome.state),
        code=outcome.code,
    )


def run_to_proto(run: model.PayrollRun | None, info: TransactionInfo, name: str) -> pb.RunPayrollResponse:
    if run is None:
        return pb.RunPayrollResponse(name=name, transaction=info)
    return pb.RunPayrollResponse(
        name=name,
        paid_amount=money_to_proto(run.paid),
        returned_amount=money_to_proto(run.returned),
        lines=[pb.PaidLine(number=line.number, code=line.code) for line in run.lines],
        book_time=iso_instant_to_proto(run.booked_at),
        transaction=info,
    )
