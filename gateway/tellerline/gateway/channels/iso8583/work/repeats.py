"""What becomes of a request that was sent before: it is answered as the first was, wherever that is known."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final, Protocol

from cachetools import LRUCache

from tellerline.gateway.cash.amounts import is_tombstone
from tellerline.gateway.channels.iso8583.answer_codes import OF_THE_CARD, OUT_OF_DATE, Answer
from tellerline.gateway.channels.iso8583.dialect import Task
from tellerline.gateway.channels.iso8583.work.asking import Asking, Reply
from tellerline.gateway.channels.iso8583.work.settled import reply_of
from tellerline.gateway.journal.codec import NotInJournalError, command_from_json
from tellerline.gateway.journal.records import Record, State
from tellerline.gateway.services.transactions import info_of_record
from tellerline.routing.model.cash import WithdrawCash
from tellerline.routing.model.customers import ChangePin
from tellerline.routing.model.transfers import CreateTransfer

_CHANNEL: Final = "ATM"
_REMEMBERED: Final = 8192
_SAME: Final = (2, 3, 4, 35, 49, 103)
_OPERATIONS: Final = {
    Task.WITHDRAWAL: WithdrawCash.operation,
    Task.TRANSFER: CreateTransfer.operation,
    Task.PIN_CHANGE: ChangePin.operation,
}


class Books(Protocol):
    """What the channel reads of the journal."""

    async def find(self, channel: str, channel_serial: str) -> Record | None: ...


class Repeats:
    """Answers what has been answered, without doing it again and without another try of its PIN.

    What was accepted stands in the journal. What was refused for its card or PIN is in no journal: this process knows
    of the last 8,192, which nothing but a changed card or PIN could let through, and a repeat has both as they were.
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self._refused: LRUCache[str, tuple[bytes, Answer]] = LRUCache(_REMEMBERED)

    async def answered(self, asking: Asking, task: Task) -> Reply | None:
        """The answer to what ``asking``, a repeat, repeats; None where that is not known, or still under way.

        Raises ``AnsweredError`` for a repeat that cannot be read, and ``StoreUnavailableError``.
        """
        record = await self._books.find(_CHANNEL, asking.serial)
        if record is None:
            digest, answer = self._refused.get(asking.serial, (b"", None))
            return Reply(answer) if answer is not None and digest == _digest(asking) else None
        if record.state is State.PENDING:
            return None
        if not _is_same(record, asking, task):
            return Reply(OUT_OF_DATE)
        return reply_of(info_of_record(record), asking.dialect.version)

    def refused(self, asking: Asking, answer: Answer) -> None:
        """Remember what a first request was answered with."""
        if answer in OF_THE_CARD:
            self._refused[asking.serial] = _digest(asking), answer


def _is_same(record: Record, asking: Asking, task: Task) -> bool:
    """Whether the row is of the same request; one that its reversal keeps from being done stands for any withdrawal."""
    if record.terminal != asking.terminal.id:
        return False
    if task is Task.WITHDRAWAL and is_tombstone(record):
        return True
    if record.operation != _OPERATIONS[task] or record.account != asking.pan:
        return False
    if task is Task.PIN_CHANGE:
        return True
    return record.amount == asking.amount and (task is Task.WITHDRAWAL or _payee(record) == asking.payee)


def _payee(record: Record) -> str:
    try:
        command = command_from_json(record.command)
    except NotInJournalError:
        return ""
    return command.credit_account if isinstance(command, CreateTransfer) else ""


def _digest(asking: Asking) -> bytes:
    """Of all that a repeat has as its first had it; the PIN's block is another under another session's key."""
    return blake2b("|".join(asking.message.get(number) for number in _SAME).encode()).digest()
