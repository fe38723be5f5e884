"""Bills as the agencies file them, and what is due on each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tellerline.simulators.billing import codes
from tellerline.simulators.billing.agencies import AGENCIES
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import Table

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """``amount`` in fen; ``paid`` what it was paid with, 0 while it is not. ``period`` is YYYY-MM.

    A ``suspended`` bill's agency takes no payments for now.
    """

    number: str
    kind: str
    subscriber: str
    subscriber_name: str
    period: str
    amount: int
    due_on: str
    paid: int = 0
    paid_at: str = ""
    receipt: str = ""
    suspended: bool = False

    def late_fee(self, today: str) -> int:
        """What the delay costs by ``today``; after payment, what it cost then. Rounded down to the fen."""
        if self.paid:
            return self.paid - self.amount
        days = (date.fromisoformat(today) - date.fromisoformat(self.due_on)).days
        return max(0, days) * self.amount * AGENCIES[self.kind].late_ppm // _MILLION

    def due(self, today: str) -> int:
        return 0 if self.paid else self.amount + self.late_fee(today)

    def status(self, today: str) -> str:
        """D due, O overdue, P paid."""
        if self.paid:
            return "P"
        return "O" if self.due_on < today else "D"


class BillBook:
    """Each subscriber's bills, newest first; goes back to a snapshot like the ledger does."""

    def __init__(self) -> None:
        self._bills: Table[tuple[str, str], tuple[Bill, ...]] = Table()

    def open(self, kind: str, subscriber: str, bills: tuple[Bill, ...] = ()) -> None:
        """File a subscriber with bills, newest first; ``ValueError`` when the number is taken."""
        if (kind, subscriber) in self._bills:
            raise ValueError(f"{kind} subscriber {subscriber} exists")
        self._bills.put((kind, subscriber), bills)

    def put(self, bill: Bill) -> None:
        """File a bill, or what has become of it; ``RefusedError`` for an unknown subscriber."""
        others = [other for other in self.of(bill.kind, bill.subscriber) if other.number != bill.number]
        newest_first = sorted((*others, bill), key=lambda each: each.period, reverse=True)
        self._bills.put((bill.kind, bill.subscriber), tuple(newest_first))

    def of(self, kind: str, subscriber: str) -> tuple[Bill, ...]:
        """Refuses an unknown subscriber."""
        bills = self._bills.get((kind, subscriber))
        if bills is None:
            raise RefusedError(codes.SUBSCRIBER_NOT_FOUND)
        return bills

    def find(self, kind: str, subscriber: str, number: str) -> Bill:
        """Refuses an unknown subscriber and an unknown bill."""
        for bill in self.of(kind, subscriber):
            if bill.number == number:
                return bill
        raise RefusedError(codes.BILL_NOT_FOUND)

    def snapshot(self) -> None:
        self._bills.snapshot()

    def reset(self) -> None:
        self._bills.reset()
