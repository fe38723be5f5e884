"""What the bank's own file says of each account's day, and how our ledger's day compares with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tellerline.cli.replay.berka_files import BerkaMovement

ROUNDING = 20
"""Hellers: the file hides tenths of a crown, so neighbouring rows may miss each other by this much."""

Step = tuple[int, int]
"""A row as the chain sees it: its movement and the balance recorded after it."""


class Verdict(StrEnum):
    EXACT = "exact"
    ROUNDED = "rounded"
    BREAK = "break"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDay:
    """``expected`` is the recorded closing minus the previous recorded closing; ``found`` is the ledger's movement."""

    account: str
    day: date
    expected: int
    found: int

    @property
    def verdict(self) -> Verdict:
        difference = abs(self.expected - self.found)
        if difference == 0:
            return Verdict.EXACT
        return Verdict.ROUNDED if difference <= ROUNDING else Verdict.BREAK


def reconcile(movements: Iterable[BerkaMovement], ledger: Mapping[tuple[str, date], int]) -> Iterator[AccountDay]:
    """Compare every account-day of the file with ``ledger``'s movement of it (0 where it has none), in order."""
    days: dict[str, dict[date, list[Step]]] = defaultdict(lambda: defaultdict(list))
    for movement in movements:
        days[movement.account][movement.day].append((movement.movement, movement.balance))
    for account in sorted(days, key=int):
        previous = 0
        for day in sorted(days[account]):
            closing = closing_balance(days[account][day], previous)
            yield AccountDay(account=account, day=day, expected=closing - previous, found=ledger.get((account, day), 0))
            previous = closing


def closing_balance(steps: list[Step], opening: int) -> int:
    """The recorded balance at the end of a day whose rows are in no particular order.

    The rows are chained by their balances: one's balance before is another's balance after, within ``ROUNDING``. The
    chain starts at ``opening``; where the file has a gap and none does, at any row. Among several possible ends the one
    nearest to the sum of the movements is taken.
    """
    ends = _chain_ends(steps, opening)
    if not ends:
        ends = {end for movement, balance in steps for end in _chain_ends(steps, balance - movement)}
    if not ends:
        ends = {balance for _, balance in steps}
    target = opening + sum(movement for movement, _ in steps)
    return min(ends, key=lambda end: (abs(end - target), end))


def _chain_ends(steps: list[Step], start: int) -> set[int]:
    ends: set[int] = set()
    open_chains = [(start, frozenset(range(len(steps))))]
    while open_chains:
        balance, left = open_chains.pop()
        if not left:
            ends.add(balance)
            continue
        following = {
            steps[index]: index for index in left if abs(steps[index][1] - steps[index][0] - balance) <= ROUNDING
        }
        open_chains.extend((step[1], left - {index}) for step, index in following.items())
    return ends
