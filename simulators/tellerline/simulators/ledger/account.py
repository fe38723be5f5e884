"""What the ledger keeps per account, and the transactions that moved it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple


class Leg(NamedTuple):
    """One side of a transaction in minor units of its account's currency: negative debits, positive credits."""

    account: str
    amount: int
    counterparty_account: str = ""
    counterparty_name: str = ""


@dataclass(slots=True, eq=False)
class Transaction:
    """Legs that sum to zero per currency. Only ``reversed_by`` changes after booking, once."""

    serial: str
    booking_date: str
    booked_at: str
    kind: str
    narrative: str
    reference: str
    legs: tuple[Leg, ...]
    reverses: Transaction | None = None
    reversed_by: Transaction | None = None

    @property
    def effective(self) -> bool:
        """False for a transaction that was reversed and for the one that reversed it: together they did nothing."""
        return self.reverses is None and self.reversed_by is None


@dataclass(slots=True, eq=False)
class Entry:
    """A leg as its account's statement shows it. ``sequence`` counts from 1 per account and never changes."""

    sequence: int
    amount: int
    balance_after: int
    counterparty_account: str
    counterparty_name: str
    transaction: Transaction

    @property
    def booking_date(self) -> str:
        return self.transaction.booking_date


_BY_DATE = attrgetter("booking_date")


@dataclass(slots=True, eq=False)
class LedgerAccount:
    """A balance with its entries in booking order. ``internal`` accounts are the bank's own: they keep no entries.

    ``overdraft`` is the facility and ``held`` the sum of holds, both in minor units and never negative.
    """

    number: str
    currency: str
    internal: bool = False
    overdraft: int = 0
    held: int = 0
    balance: int = 0
    entries: list[Entry] = field(default_factory=list)

    @property
    def available(self) -> int:
        """What may be debited now."""
        return self.balance + self.overdraft - self.held

    def opening(self, date: str) -> int:
        """Balance before the first entry booked on or after ``date``."""
        position = bisect_left(self.entries, date, key=_BY_DATE)
        return self.entries[position - 1].balance_after if position else 0

    def closing(self, date: str) -> int:
        """Balance after the last entry booked on or before ``date``."""
        position = bisect_right(self.entries, date, key=_BY_DATE)
        return self.entries[position - 1].balance_after if position else 0

    def between(self, from_date: str, to_date: str, after_sequence: int, limit: int) -> tuple[list[Entry], bool]:
        """Entries booked in the period behind ``after_sequence``, at most ``limit``, and whether more follow."""
        first = max(bisect_left(self.entries, from_date, key=_BY_DATE), after_sequence)
        last = bisect_right(self.entries, to_date, key=_BY_DATE)
        chosen = self.entries[first : min(last, first + limit)]
        return chosen, first + len(chosen) < last
