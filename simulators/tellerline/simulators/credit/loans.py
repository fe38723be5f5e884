"""Loans as the credit host files them, and what is left of each."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.simulators.credit import codes
from tellerline.simulators.credit.schedule import Instalment, RepaymentMethod, schedule
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """``account`` is the settlement account; ``repaid`` is everything paid so far, in minor units.

    What is paid goes to the earliest instalment not yet covered, to its interest first, then to its principal.
    """

    number: str
    account: str
    borrower_name: str
    currency: str
    principal: int
    rate_ppm: int
    method: RepaymentMethod
    granted_on: str
    instalments: int
    repaid: int = 0
    written_off: bool = False

    @property
    def schedule(self) -> tuple[Instalment, ...]:
        return schedule(self.principal, self.rate_ppm, self.instalments, self.method, self.granted_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanState:
    """What a loan's payments amount to. ``outstanding`` is principal; ``debt`` adds all interest still to come."""

    outstanding: int
    debt: int
    instalments_paid: int
    next_due: Instalment | None
    next_due_amount: int

    def status(self, loan: Loan, today: str) -> str:
        """R running, O overdue, P repaid, W written off."""
        if loan.written_off:
            return "W"
        if self.next_due is None:
            return "P"
        return "O" if self.next_due.due_on < today else "R"


def state_of(loan: Loan) -> LoanState:
    left = loan.repaid
    outstanding = loan.principal
    debt = -loan.repaid
    paid = 0
    next_due: Instalment | None = None
    next_amount = 0
    for row in loan.schedule:
        debt += row.total
        share = min(left, row.total)
        left -= share
        outstanding -= max(0, share - row.interest)
        if next_due is not None:
            continue
        if share == row.total:
            paid += 1
        else:
            next_due, next_amount = row, row.total - share
    return LoanState(
        outstanding=outstanding, debt=debt, instalments_paid=paid, next_due=next_due, next_due_amount=next_amount
    )


class LoanBook:
    """Loans by number; goes back to a snapshot like the ledger does."""

    def __init__(self) -> None:
        self._loans: Table[str, Loan] = Table()

    def put(self, loan: Loan) -> None:
        self._loans.put(loan.number, loan)

    def __contains__(self, number: str) -> bool:
        return number in self._loans

    def __len__(self) -> int:
        return len(self._loans)

    def all(self) -> list[Loan]:
        return list(self._loans.values())

    def find(self, number: str, account: str) -> Loan:
        """Refuses an unknown loan, and one that is not repaid from ``account``."""
        loan = self._loans.get(number)
        if loan is None:
            raise RefusedError(codes.LOAN_NOT_FOUND)
        if loan.account != account:
            raise RefusedError(codes.ACCOUNT_MISMATCH)
        return loan

    def snapshot(self) -> None:
        self._loans.snapshot()

    def reset(self) -> None:
        self._loans.reset()
