"""The machine's own journal: every number it gave away, and every transaction that moved or may have moved money."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tellerline.simulators.atm.files import AppendFile, DamagedFileError

_STANS = 1_000_000
_KEPT = 200


class Stage(enum.StrEnum):
    """Where a transaction stands. What follows ``UNKNOWN`` is nobody's debt: the acquirer's journal decides it."""

    ASKED = "ASKED"
    """Its request may have left; nobody has answered."""
    APPROVED = "APPROVED"
    """Notes may have come out."""
    CONFIRMING = "CONFIRMING"
    REVERSING = "REVERSING"
    DONE = "DONE"
    DECLINED = "DECLINED"
    REVERSED = "REVERSED"
    """In whole, or all but what the customer got."""
    UNKNOWN = "UNKNOWN"
    NOT_SENT = "NOT_SENT"


OPEN = frozenset({Stage.ASKED, Stage.APPROVED, Stage.CONFIRMING, Stage.REVERSING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """``reference`` is the machine's own name of it, ``card`` masked, amounts in minor units. ``original`` names the
    request as element 90 does. ``advice`` is the message that is repeated until answered, ``sends`` how often it may
    have left; ``sealed`` holds the card's number for it, readable with the machine's key alone."""

    reference: str
    kind: str
    card: str
    amount: int
    at: str
    stage: Stage = Stage.ASKED
    code: str = ""
    dispensed: int = 0
    original: str = ""
    advice: Mapping[str, str] = field(default_factory=dict)
    sends: int = 0
    sealed: str = ""

    @property
    def open(self) -> bool:
        return self.stage in OPEN


class Journal:
    """A file of lines. Every method that changes something blocks until the change is on disk.

    Raises ``DamagedFileError`` for lines that are none of its own.
    """

    def __init__(self, path: Path) -> None:
        self._file = AppendFile(path)
        self._stan = 0
        self._transactions: dict[str, Transaction] = {}
        lines = self._file.read()
        try:
            for line in lines:
                self._take(orjson.loads(line))
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedFileError(path) from error
        if len(lines) > 10 * _KEPT:
            self._shorten()

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        """In the order of their beginning; of those that are closed, the newest at least."""
        return tuple(self._transactions.values())

    @property
    def open(self) -> tuple[Transaction, ...]:
        return tuple(transaction for transaction in self._transactions.values() if transaction.open)

    def transaction(self, reference: str) -> Transaction:
        return self._transactions[reference]

    def next_stan(self) -> str:
        """Six digits, from 000001; after 999999 they begin anew. Never the same twice in a row of a million."""
        number = self._stan % (_STANS - 1) + 1
        self._write({"stan": number})
        return f"{number:06d}"

    def keep(self, transaction: Transaction) -> Transaction:
        """Write what is now true of a transaction, and return it."""
        self._write(asdict(transaction))
        return transaction

    def close(self) -> None:
        self._file.close()

    def _write(self, document: dict[str, Any]) -> None:
        self._file.add(orjson.dumps(document))
        self._take(document)

    def _take(self, document: dict[str, Any]) -> None:
        if "stan" in document:
            self._stan = document["stan"]
            return
        transaction = Transaction(**(document | {"stage": Stage(document["stage"])}))
        self._transactions[transaction.reference] = transaction

    def _shorten(self) -> None:
        newest = list(self._transactions)[-_KEPT:]
        kept = [one for one in self._transactions.values() if one.open or one.reference in newest]
        self._transactions = {one.reference: one for one in kept}
        self._file.rewrite([orjson.dumps({"stan": self._stan}), *(orjson.dumps(asdict(one)) for one in kept)])
