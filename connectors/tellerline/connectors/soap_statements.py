"""Statements as every SOAP host of the bank is asked for them and writes them, and what it says of a booking."""

from __future__ import annotations

from typing import Any

from tellerline.connectors.soap_connector import Values, money
from tellerline.routing.model.accounts import Statement, StatementEntry


def period(command: Any) -> dict[str, Any]:
    """The fields that ask for a page of an account's entries."""
    return {
        "account": command.account,
        "fromDate": command.from_date,
        "toDate": command.to_date,
        "afterSequence": command.after_sequence,
        "limit": command.limit,
    }


def booked(values: Values) -> dict[str, Any]:
    """The fields of a result that say what its booking left and when."""
    return {"balance_after": money(values["balanceAfter"]), "booked_at": values["bookedAt"]}


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
