"""The recorded movements as the days of work that they are replayed in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tellerline.cli.replay.berka_files import BerkaMovement

LOAN_PAYMENT = "UVER"
_KINDS = {
    "VKLAD": "CASH_DEPOSIT",
    "VYBER": "CASH_WITHDRAWAL",
    "PREVOD Z UCTU": "INCOMING",
    "VYBER KARTOU": "CARD_PAYMENT",
}
_KINDS_BY_SYMBOL = {"UROK": "INTEREST", "SANKC. UROK": "INTEREST", "SLUZBY": "FEE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDay:
    """``postings`` are the host's own, credits first; ``transfers`` are customers', by account, in the file's order."""

    day: date
    postings: tuple[BerkaMovement, ...]
    transfers: Mapping[str, tuple[BerkaMovement, ...]]

    def in_order(self) -> Iterator[BerkaMovement]:
        """An order in which the day's movements of each account are booked."""
        yield from self.postings
        for ordered in self.transfers.values():
            yield from ordered


def work_days(movements: Sequence[BerkaMovement], most: int = 0) -> list[WorkDay]:
    """In order of the calendar; with ``most``, only that many of the first days that have movements."""
    by_day: dict[date, list[BerkaMovement]] = defaultdict(list)
    for movement in movements:
        by_day[movement.day].append(movement)
    days = sorted(by_day)
    return [_work_day(day, by_day[day]) for day in (days[:most] if most else days)]


def _work_day(day: date, movements: Sequence[BerkaMovement]) -> WorkDay:
    transfers: dict[str, list[BerkaMovement]] = defaultdict(list)
    postings = []
    for movement in movements:
        if movement.started_by_customer:
            transfers[movement.account].append(movement)
        else:
            postings.append(movement)
    postings.sort(key=lambda movement: movement.movement < 0)
    return WorkDay(
        day=day,
        postings=tuple(postings),
        transfers={account: tuple(ordered) for account, ordered in transfers.items()},
    )


def posting_kind(movement: BerkaMovement) -> str:
    """The host's word for a movement that no customer ordered."""
    return _KINDS_BY_SYMBOL.get(movement.symbol) or _KINDS.get(movement.operation, "OTHER")


def narrative(movement: BerkaMovement) -> str:
    """Names the file's row, so that each movement can be found again one by one."""
    return f"{movement.number} {movement.symbol}".rstrip()


def overdrafts(days: Sequence[WorkDay]) -> dict[str, int]:
    """Hellers by account, for those that are below zero at some time: as recorded, or as we book the day."""
    balances: dict[str, int] = defaultdict(int)
    facilities: dict[str, int] = defaultdict(int)
    for day in days:
        for movement in day.in_order():
            balances[movement.account] += movement.movement
            lowest = min(balances[movement.account], movement.balance)
            if lowest < 0:
                facilities[movement.account] = max(facilities[movement.account], -lowest)
    return dict(facilities)


def totals(days: Sequence[WorkDay]) -> dict[str, int]:
    """What each account's movements sum to, in hellers."""
    sums: dict[str, int] = defaultdict(int)
    for day in days:
        for movement in day.in_order():
            sums[movement.account] += movement.movement
    return dict(sums)


def loan_payments(days: Sequence[WorkDay]) -> dict[str, int]:
    """What each account paid for its loan, in hellers."""
    paid: dict[str, int] = defaultdict(int)
    for day in days:
        for ordered in day.transfers.values():
            for movement in ordered:
                if movement.symbol == LOAN_PAYMENT:
                    paid[movement.account] -= movement.movement
    return dict(paid)
