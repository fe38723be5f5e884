"""Which withdrawal a terminal speaks of, and how much of it came out."""

from __future__ import annotations

from tellerline.gateway.journal.codec import NotInJournalError, command_from_json
from tellerline.gateway.journal.records import Record
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.cash import ConfirmWithdrawal, ReverseWithdrawal, WithdrawCash
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money

Word = ConfirmWithdrawal | ReverseWithdrawal


def is_tombstone(record: Record) -> bool:
    """Whether a reversal that came first holds the serial of a withdrawal that never may."""
    if record.operation != ReverseWithdrawal.operation:
        return False
    try:
        command = command_from_json(record.command)
    except NotInJournalError:
        return False
    return isinstance(command, ReverseWithdrawal) and command.original_channel_serial == record.channel_serial


def spoken_of(original: Record | None, terminal: str, word: Word) -> Record | None:
    """``original``, if it is a withdrawal of ``terminal``; None for one that is to be kept from ever being done.

    ``TRANSACTION_NOT_FOUND`` for any other transaction, and where cash came out of a withdrawal that nobody knows.
    """
    if original is None:
        if isinstance(word, ReverseWithdrawal) and dispensed(None, word) == 0:
            return None
        raise RefusalError(Code.TRANSACTION_NOT_FOUND)
    known = original.operation == WithdrawCash.operation or is_tombstone(original)
    if not known or original.terminal != terminal:
        raise RefusalError(Code.TRANSACTION_NOT_FOUND)
    return original


def dispensed(amount: Money | None, word: Word) -> int:
    """What came out of ``amount`` by the terminal's word, in minor units. Raises for a word about another amount.

    Of a withdrawal that never was (None) a reversal says what its own amounts do, and without both that nothing came
    out.
    """
    if isinstance(word, ConfirmWithdrawal):
        return word.dispensed.minor if amount is None else _within(word.dispensed, amount, "dispensed_amount")
    if amount is not None and word.original_amount is not None:
        _check_original(word.original_amount, amount)
    whole = amount or word.original_amount
    if whole is None or word.amount is None or word.amount.minor == 0:
        return 0
    return whole.minor - _within(word.amount, whole, "amount", Code.REVERSAL_EXCEEDS_ORIGINAL)


def _check_original(named: Money, amount: Money) -> None:
    """Who takes another amount for the withdrawal's speaks of what did not happen: nothing is moved for it."""
    if _within(named, amount, "original_amount", Code.REVERSAL_EXCEEDS_ORIGINAL) < amount.minor:
        raise RefusalError(Code.INVALID_AMOUNT, violations=(FieldViolation("original_amount", "less_than_withdrawn"),))


def _within(part: Money, whole: Money, field: str, too_much: Code = Code.INVALID_AMOUNT) -> int:
    if part.currency != whole.currency:
        raise RefusalError(Code.INVALID_AMOUNT, violations=(FieldViolation(field, "other_currency"),))
    if part.minor > whole.minor:
        raise RefusalError(too_much, violations=(FieldViolation(field, "more_than_withdrawn"),))
    return part.minor
