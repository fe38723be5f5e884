"""An account's statement as every SOAP host of the bank writes it."""

from __future__ import annotations

from tellerline.simulators.ledger import Entry
from tellerline.simulators.soap.envelope import amount, flag, given, text
from tellerline.simulators.soap.messages import StatementResult


def statement(result: StatementResult) -> str:
    """The elements of the result, entries in their order."""
    currency = result.currency
    entries = "".join(_entry(entry, currency) for entry in result.entries)
    return (
        f"{text('account', result.account)}{amount('opening', result.opening, currency)}"
        f"{amount('closing', result.closing, currency)}{entries}<more>{flag(result.more)}</more>"
    )


def _entry(entry: Entry, currency: str) -> str:
    booked = entry.transaction
    return (
        f"<entry><sequence>{entry.sequence}</sequence><bookingDate>{booked.booking_date}</bookingDate>"
        f"{amount('amount', entry.amount, currency)}{amount('balanceAfter', entry.balance_after, currency)}"
        f"{text('kind', booked.kind)}{given('counterpartyAccount', entry.counterparty_account)}"
        f"{given('counterpartyName', entry.counterparty_name)}{given('narrative', booked.narrative)}"
        f"<hostSerial>{booked.serial}</hostSerial>{given('reference', booked.reference)}</entry>"
    )
