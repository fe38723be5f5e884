"""Replies and faults as SOAP 1.1 envelopes, written straight out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from tellerline.simulators.core import messages
from tellerline.simulators.core.codes import MESSAGES
from tellerline.simulators.core.contract import SOAP, TYPES
from tellerline.simulators.core.messages import CoreRequest, OriginalResult, Reply, Result, StatementResult
from tellerline.simulators.core.register import LossReport
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import REFUSED, RETRYABLE
from tellerline.simulators.ledger import Entry
from tellerline.simulators.ledger.money import major_units

_OPEN = f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{SOAP}"><soap:Body>'
_CLOSE = "</soap:Body></soap:Envelope>"
FAULT_OPENING = f"{_OPEN}<soap:Fault>".encode()
"""How every fault begins, and no reply does."""


class Envelopes:
    """Renders what the host answers; instants in the bank's time zone."""

    def __init__(self, calendar: BankCalendar) -> None:
        self._calendar = calendar
        self._render: dict[type[object], Callable[[Any], str]] = {
            messages.EchoResult: lambda result: _text("version", result.version),
            messages.BalanceResult: _balance,
            messages.StatementResult: _statement,
            messages.AccountResult: _account,
            messages.CustomerResult: _customer,
            messages.PinResult: lambda result: _text("account", result.account),
            messages.TransferResult: _transfer,
            messages.LossResult: lambda result: self._loss(result.report),
            messages.OriginalResult: self._original,
            messages.ReversalResult: lambda result: f"<effective>{_flag(result.effective)}</effective>",
        }

    def reply(self, request: CoreRequest, reply: Reply) -> bytes:
        element = request.operation + "Reply"
        result = "" if reply.result is None else f"<result>{self._result(reply.result)}</result>"
        header = f"<header><reference>{escape(reply.reference)}</reference>{_verdict(reply)}</header>"
        return f'{_OPEN}<{element} xmlns="{TYPES}">{header}{result}</{element}>{_CLOSE}'.encode()

    def _result(self, result: Result) -> str:
        return self._render[type(result)](result)

    def _loss(self, report: LossReport) -> str:
        calendar = self._calendar
        return (
            f"<lossReport><account>{escape(report.account)}</account><kind>{report.kind}</kind>"
            f"<reportNumber>{report.report_number}</reportNumber>"
            f"<reportedAt>{calendar.local(report.reported_at)}</reportedAt>"
            f"<lapsesAt>{calendar.local(report.lapses_at)}</lapsesAt>"
            f"<state>{report.state_at(calendar.instant())}</state></lossReport>"
        )

    def _original(self, result: OriginalResult) -> str:
        original = result.original
        if original is None:
            return "<found>false</found>"
        evidence = original.result
        transfer = _transfer(evidence) if isinstance(evidence, messages.TransferResult) else ""
        loss = self._loss(evidence.report) if isinstance(evidence, messages.LossResult) else ""
        return (
            f"<found>true</found><original>{_text('operation', result.operation)}{_verdict(original)}"
            f"<reversed>{_flag(result.reversed)}</reversed>{transfer}{loss}</original>"
        )


def fault(code: str, why: str = "", reference: str = "") -> bytes:
    """A SOAP fault with the host's code in its detail: the request was not carried out."""
    side = "Server" if code in RETRYABLE else "Client"
    text = escape((f"{_message(code)}: {why}" if why else _message(code))[:200])
    known = _text("reference", reference) if reference else ""
    return (
        f"{_OPEN}<soap:Fault><faultcode>soap:{side}</faultcode><faultstring>{text}</faultstring><detail>"
        f'<HostFault xmlns="{TYPES}"><hostCode>{code}</hostCode><message>{text}</message>'
        f"<retryable>{_flag(code in RETRYABLE)}</retryable>{known}</HostFault></detail></soap:Fault>{_CLOSE}"
    ).encode()


def _verdict(reply: Reply) -> str:
    status = "OK" if reply.done else "REJECTED"
    serial = f"<hostSerial>{reply.host_serial}</hostSerial>" if reply.host_serial else ""
    return (
        f"<status>{status}</status><hostCode>{reply.host_code}</hostCode><message>{_message(reply.host_code)}</message>"
        f"{serial}<accountingDate>{reply.accounting_date}</accountingDate>"
    )


def _message(code: str) -> str:
    return MESSAGES.get(code, MESSAGES[REFUSED])


def _balance(result: messages.BalanceResult) -> str:
    return (
        f"<account>{escape(result.account)}</account>{_amount('ledger', result.ledger, result.currency)}"
        f"{_amount('available', result.available, result.currency)}<asOf>{result.as_of}</asOf>"
    )


def _statement(result: StatementResult) -> str:
    currency = result.currency
    entries = "".join(_entry(entry, currency) for entry in result.entries)
    return (
        f"<account>{escape(result.account)}</account>{_amount('opening', result.opening, currency)}"
        f"{_amount('closing', result.closing, currency)}{entries}<more>{_flag(result.more)}</more>"
    )


def _entry(entry: Entry, currency: str) -> str:
    booked = entry.transaction
    return (
        f"<entry><sequence>{entry.sequence}</sequence><bookingDate>{booked.booking_date}</bookingDate>"
        f"{_amount('amount', entry.amount, currency)}{_amount('balanceAfter', entry.balance_after, currency)}"
        f"{_text('kind', booked.kind)}{_given('counterpartyAccount', entry.counterparty_account)}"
        f"{_given('counterpartyName', entry.counterparty_name)}{_given('narrative', booked.narrative)}"
        f"<hostSerial>{booked.serial}</hostSerial>{_given('reference', booked.reference)}</entry>"
    )


def _account(result: messages.AccountResult) -> str:
    account, owner = result.account, result.owner
    return (
        f"<account>{escape(account.number)}</account><kind>{account.kind}</kind><currency>{account.currency}</currency>"
        f"<accountStatus>{result.status}</accountStatus>{_text('ownerName', owner.name)}"
        f"{_text('ownerIdentityDocument', owner.identity_document)}<openedOn>{account.opened_on}</openedOn>"
        f"{_given('product', account.product)}"
    )


def _customer(result: messages.CustomerResult) -> str:
    customer = result.customer
    return (
        f"{_text('hostCustomer', customer.number)}{_text('name', customer.name)}"
        f"{_text('identityDocument', customer.identity_document)}"
    )


def _transfer(result: messages.TransferResult) -> str:
    balance = _amount("balanceAfter", result.balance_after, result.currency)
    return f"{balance}<bookedAt>{result.booked_at}</bookedAt>"


def _amount(name: str, minor: int, currency: str) -> str:
    return f"<{name}><currency>{currency}</currency><value>{major_units(minor, currency)}</value></{name}>"


def _text(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>"


def _given(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>" if value else ""


def _flag(value: bool) -> str:
    return "true" if value else "false"
