"""Statements as every SOAP host of the bank writes them."""

from __future__ import annotations

from tellerline.connectors.soap_connector import Values, money
from tellerline.routing.model.accounts import Statement, StatementEntry


def statement(values: Values) -> Statement:
    return Statement(
        account=values["account"],
        opening=money(values["opening"]),
        closing=money(values["closing"]),
        entries=tuple(_entry(entry) for entry in values["entry"]),
        more=values["more"],
    )


def _entry(values: Values) -> StatementEntry:
    return StatementEntry(
        sequence=values["sequence"],
        booking_date=values["bookingDate"],
        amount=money(values["amount"]),
        balance_after=money(values["balanceAfter"]),
        kind=values["kind"],
        counterparty_account=values["counterpartyAccount"] or "",
        counterparty_name=values["counterpartyName"] or "",
        narrative=values["narrative"] or "",
        host_serial=values["hostSerial"] or "",
        reference=values["reference"] or "",
    )
