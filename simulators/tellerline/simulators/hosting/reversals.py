"""Undoing a transaction by its reference, the same way at every host."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tellerline.simulators.hosting import codes
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.hosting.references import Handled, ReferenceBook
from tellerline.simulators.ledger import Ledger

R = TypeVar("R")


def undo(
    book: ReferenceBook[R],
    ledger: Ledger,
    calendar: BankCalendar,
    *,
    reference: str,
    operation: str,
    serial: str,
    matches: Callable[[Handled[R]], bool],
    unbooked: Callable[[Handled[R]], bool] = lambda _: False,
) -> Handled[R] | None:
    """Reverse the transaction of ``reference`` whole; returns what was undone.

    ``unbooked`` says which can be undone though nothing was booked; the caller then takes back what they did.

    None means that there was nothing to undo: the original was refused, or is unknown and now has a tombstone.
    Raises ``RefusedError`` when the original was reversed before, cannot be reversed or does not match.
    A reversal on a later accounting date books an adjustment on that date; the original's day stays as it was.
    """
    book.mark_undoing(serial)
    original = book.find(reference)
    if original is None:
        book.bury(reference, operation)
        return None
    if not original.done:
        return None
    if original.reversed:
        raise RefusedError(codes.ALREADY_REVERSED)
    if original.transaction is None and not unbooked(original):
        raise RefusedError(codes.NOT_REVERSIBLE)
    if original.operation != operation or not matches(original):
        raise RefusedError(codes.REVERSAL_MISMATCH)
    if original.transaction is not None:
        ledger.reverse(
            original.transaction,
            serial=serial,
            booking_date=calendar.accounting_date(),
            booked_at=calendar.now(),
        )
    book.mark_reversed(reference)
    return original
