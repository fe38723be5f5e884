"""The model's commands and results in the words of the core host's contract."""

from __future__ import annotations

from typing import Any

from tellerline.connectors.soap_connector import Mapped, Values, amount, money
from tellerline.connectors.soap_control import with_control
from tellerline.connectors.soap_statements import booked, period, statement
from tellerline.routing.model import accounts, cash, customers, settlement, transfers


def _transfer(command: transfers.CreateTransfer) -> dict[str, Any]:
    return {
        "debitAccount": command.debit_account,
        "creditAccount": command.credit_account,
        "creditBank": command.credit_bank or None,
        "creditName": command.credit_name or None,
        "amount": amount(command.amount),
        "kind": command.kind.value,
        "narrative": command.narrative or None,
    }


def _transferred(values: Values) -> transfers.Transferred:
    return transfers.Transferred(**booked(values))


def _remit(command: transfers.CreateRemittance) -> dict[str, Any]:
    return {
        "debitAccount": command.debit_account,
        "creditBank": command.credit_bank,
        "creditAccount": command.credit_account,
        "creditName": command.credit_name,
        "amount": amount(command.amount),
        "purpose": command.purpose,
        "urgent": command.urgent,
    }


def _remitted(values: Values) -> transfers.Remitted:
    return transfers.Remitted(fee=money(values["fee"]), payment_number=values["paymentNumber"], **booked(values))


def _settle(command: settlement.DebitAccount | settlement.CreditAccount) -> dict[str, Any]:
    return {
        "account": command.account,
        "amount": amount(command.amount),
        "purpose": command.purpose.value,
        "counterparty": command.counterparty or None,
        "narrative": command.narrative or None,
    }


def _settled(values: Values) -> settlement.Booked:
    return settlement.Booked(**booked(values))


def _cash(command: cash.WithdrawCash | cash.ReturnCash) -> dict[str, Any]:
    return {"account": command.account, "terminal": command.terminal, "amount": amount(command.amount)}


def _loss_report(values: Values) -> accounts.LossReport:
    report = values["lossReport"]
    return accounts.LossReport(
        account=report["account"],
        kind=accounts.AccountKind(report["kind"]),
        report_number=report["reportNumber"],
        reported_at=report["reportedAt"],
        lapses_at=report["lapsesAt"],
        state=accounts.LossReportState(report["state"]),
    )


def _description(values: Values) -> accounts.AccountDescription:
    return accounts.AccountDescription(
        account=values["account"],
        kind=accounts.AccountKind(values["kind"]),
        currency=values["currency"],
        status=accounts.AccountStatus(values["accountStatus"]),
        owner_name=values["ownerName"],
        owner_identity_document=values["ownerIdentityDocument"],
        opened_on=values["openedOn"],
        product=values["product"] or "",
    )


def _balance(values: Values) -> accounts.Balance:
    ledger, available = values["ledger"], values["available"]
    booked_amount = money(ledger)
    return accounts.Balance(
        account=values["account"],
        ledger=booked_amount,
        available=booked_amount if available == ledger else money(available),
        as_of=values["asOf"],
    )


def _customer(values: Values) -> customers.CustomerDescription:
    return customers.CustomerDescription(
        host_customer=values["hostCustomer"], name=values["name"], identity_document=values["identityDocument"]
    )


def _account_of(command: Any) -> dict[str, Any]:
    return {"account": command.account}


_BUSINESS: dict[str, Mapped] = {
    accounts.DescribeAccount.operation: Mapped("DescribeAccount", _account_of, _description),
    accounts.GetBalance.operation: Mapped("GetBalance", _account_of, _balance),
    accounts.ListStatementEntries.operation: Mapped("ListStatementEntries", period, statement),
    accounts.ReportLoss.operation: Mapped(
        "ReportLoss",
        lambda c: {
            "account": c.account,
            "kind": c.kind.value,
            "reporterName": c.reporter_name or None,
            "remarks": c.remarks or None,
        },
        _loss_report,
    ),
    accounts.GetLossReport.operation: Mapped("GetLossReport", _account_of, _loss_report),
    transfers.CreateTransfer.operation: Mapped("Transfer", _transfer, _transferred),
    transfers.CreateRemittance.operation: Mapped("Remit", _remit, _remitted),
    settlement.DebitAccount.operation: Mapped("DebitAccount", _settle, _settled),
    settlement.CreditAccount.operation: Mapped(
        "CreditAccount", lambda c: {**_settle(c), "name": c.name or None}, _settled
    ),
    cash.WithdrawCash.operation: Mapped("WithdrawCash", _cash, lambda r: cash.Withdrawn(**booked(r))),
    cash.ReturnCash.operation: Mapped(
        "ReturnCash",
        lambda c: {**_cash(c), "originalReference": c.original_reference},
        lambda r: cash.CashReturned(**booked(r)),
    ),
    customers.VerifyPin.operation: Mapped(
        "VerifyPin",
        lambda c: {"account": c.account, "pin": c.pin},
        lambda r: customers.PinVerified(account=r["account"]),
    ),
    customers.ChangePin.operation: Mapped(
        "ChangePin",
        lambda c: {"account": c.account, "oldPin": c.old_pin or None, "newPin": c.new_pin},
        lambda r: customers.PinChanged(changed_at=r["changedAt"]),
    ),
    customers.DescribeCustomer.operation: Mapped(
        "DescribeCustomer", lambda c: {"identityDocument": c.identity_document}, _customer
    ),
}

OPERATIONS = with_control(_BUSINESS)
