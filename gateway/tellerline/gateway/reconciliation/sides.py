"""The journal's side of a comparison: rows as entries, and a difference as a case."""

from __future__ import annotations

import hashlib
from datetime import datetime

import orjson

from tellerline.gateway.journal.codec import NotInJournalError, outcome_from_json
from tellerline.gateway.journal.difference_records import DifferenceCase
from tellerline.gateway.journal.records import Record, State
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Rejected, Reversal
from tellerline.routing.reconciliation.entries import DayEntry, Difference, JournalEntry, Standing

_STANDINGS = {
    State.DONE: Standing.DONE,
    State.REVERSED: Standing.REVERSED,
    State.REJECTED: Standing.NOTHING,
    State.NOT_SENT: Standing.NOTHING,
    State.IN_DOUBT: Standing.DOUBTED,
}


def journal_entry(record: Record, *, undone: bool | None = None, expected: bool = False) -> JournalEntry:
    """``undone`` says whether what was done had been undone, by whatever transaction, at the time of the comparison;
    None leaves it to the record."""
    standing = _STANDINGS.get(record.state, Standing.UNSETTLED)
    if undone is not None and standing in (Standing.DONE, Standing.REVERSED):
        standing = Standing.REVERSED if undone else Standing.DONE
    return JournalEntry(
        reference=record.global_serial,
        standing=standing,
        accounting_date=record.accounting_date,
        operation=record.operation,
        account=record.account,
        amount=record.amount,
        host_serial=record.host_serial,
        expected=expected,
    )


def takes_back(reversal: Record) -> bool:
    """Whether nothing of what this reversal undid remains; one that found nothing to undo says otherwise."""
    try:
        outcome = outcome_from_json(reversal.outcome)
    except NotInJournalError:
        return False
    if isinstance(outcome, Done):
        return not isinstance(outcome.result, Reversal) or outcome.result.effective
    return isinstance(outcome, Rejected) and outcome.code is Code.ALREADY_REVERSED


def case_name(host: str, day: str, reference: str, kind: str) -> str:
    """The same for the same difference, whenever it is found."""
    digest = hashlib.sha256("\0".join((host, day, reference, kind)).encode()).hexdigest()
    return f"{day}-{host}-{digest[:16]}"


def case_of(difference: Difference, host: str, day: str, now: datetime) -> DifferenceCase:
    detail = {"host": _host_side(difference.host), "journal": _journal_side(difference.journal)}
    return DifferenceCase(
        name=case_name(host, day, difference.reference, difference.kind),
        host=host,
        accounting_date=day,
        reference=difference.reference,
        kind=difference.kind,
        opened_at=now,
        detail=orjson.dumps({side: facts for side, facts in detail.items() if facts}),
    )


def _host_side(entry: DayEntry | None) -> dict[str, str]:
    if entry is None:
        return {}
    state = "REVERSED" if entry.reversed else "DONE"
    return _facts(entry, entry.amount) | {"state": state}


def _journal_side(entry: JournalEntry | None) -> dict[str, str]:
    return {} if entry is None else _facts(entry, entry.amount) | {"state": entry.standing.value}


def _facts(entry: DayEntry | JournalEntry, amount: Money | None) -> dict[str, str]:
    facts = {
        "operation": entry.operation,
        "account": entry.account,
        "amount": str(amount) if amount else "",
        "accounting_date": entry.accounting_date,
        "host_serial": entry.host_serial,
    }
    return {name: value for name, value in facts.items() if value}
