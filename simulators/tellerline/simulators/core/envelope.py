"""What the core host answers, as the elements of its contract."""

from __future__ import annotations

from xml.sax.saxutils import escape

from tellerline.simulators.core import messages
from tellerline.simulators.core.codes import MESSAGES
from tellerline.simulators.core.messages import LossResult, TransferResult
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.soap.envelope import Envelopes, Render, amount, given, text
from tellerline.simulators.soap.messages import StatementResult
from tellerline.simulators.soap.statements import statement


def core_envelopes(types: str, calendar: BankCalendar) -> Envelopes:
    """Instants in the bank's time zone."""

    def loss(result: LossResult) -> str:
        return _loss(result, calendar)

    evidence: dict[type[object], Render] = {
        TransferResult: _transfer,
        messages.RemittanceResult: _remittance,
        messages.PinChangeResult: lambda result: text("changedAt", result.changed_at),
        LossResult: loss,
    }
    results: dict[type[object], Render] = {
        messages.BalanceResult: _balance,
        StatementResult: statement,
        messages.AccountResult: _account,
        messages.CustomerResult: _customer,
        messages.PinResult: lambda result: text("account", result.account),
        **evidence,
    }
    return Envelopes(types, MESSAGES, results, evidence)


def _loss(result: LossResult, calendar: BankCalendar) -> str:
    report = result.report
    return (
        f"<lossReport><account>{escape(report.account)}</account><kind>{report.kind}</kind>"
        f"<reportNumber>{report.report_number}</reportNumber>"
        f"<reportedAt>{calendar.local(report.reported_at)}</reportedAt>"
        f"<lapsesAt>{calendar.local(report.lapses_at)}</lapsesAt>"
        f"<state>{report.state_at(calendar.instant())}</state></lossReport>"
    )


def _balance(result: messages.BalanceResult) -> str:
    return (
        f"<account>{escape(result.account)}</account>{amount('ledger', result.ledger, result.currency)}"
        f"{amount('available', result.available, result.currency)}<asOf>{result.as_of}</asOf>"
    )


def _account(result: messages.AccountResult) -> str:
    account, owner = result.account, result.owner
    return (
        f"<account>{escape(account.number)}</account><kind>{account.kind}</kind><currency>{account.currency}</currency>"
        f"<accountStatus>{result.status}</accountStatus>{text('ownerName', owner.name)}"
        f"{text('ownerIdentityDocument', owner.identity_document)}<openedOn>{account.opened_on}</openedOn>"
        f"{given('product', account.product)}"
    )


def _customer(result: messages.CustomerResult) -> str:
    customer = result.customer
    return (
        f"{text('hostCustomer', customer.number)}{text('name', customer.name)}"
        f"{text('identityDocument', customer.identity_document)}"
    )


def _transfer(result: messages.TransferResult) -> str:
    balance = amount("balanceAfter", result.balance_after, result.currency)
    return f"{balance}<bookedAt>{result.booked_at}</bookedAt>"


def _remittance(result: messages.RemittanceResult) -> str:
    balance = amount("balanceAfter", result.balance_after, result.currency)
    fee = amount("fee", result.fee, result.currency)
    return f"{balance}<bookedAt>{result.booked_at}</bookedAt>{fee}{text('paymentNumber', result.payment_number)}"
