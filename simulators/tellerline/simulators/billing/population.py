"""Fictional subscribers and their bills: the same for the same customers, seed and day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from tellerline.adapters.clock import Randomness, SeededRandomness
from tellerline.simulators.billing.agencies import AGENCIES, Agency
from tellerline.simulators.billing.bills import Bill, BillBook
from tellerline.simulators.faults import FaultKind
from tellerline.simulators.hosting.host import Holder

_MONTHS = 3
_FIRST_MAGIC = 9_900_000_001
_MAGIC_KIND = "ELECTRICITY"
_MAGIC_AMOUNT = 88_00
_NEVER = "2099-12-31"


def _magic_numbers() -> Iterator[str]:
    return (str(number) for number in range(_FIRST_MAGIC, _FIRST_MAGIC + 100))


_NUMBERS = _magic_numbers()
MAGIC_FAULTS = {next(_NUMBERS): kind for kind in FaultKind}
"""Electricity subscribers with one bill of 88.00; telling of its payment meets the fault."""

PAID, OVERDUE, SUSPENDED, NO_BILLS = (next(_NUMBERS) for _ in range(4))
MAGIC_STATES = {
    PAID: "everything paid",
    OVERDUE: "a month overdue, with a late fee",
    SUSPENDED: "the agency takes no payments",
    NO_BILLS: "no bills",
}
"""Electricity subscribers in a state worth testing."""


def subscriber_number(agency: Agency, customer: str) -> str:
    """Eleven digits, from the bank's customer number."""
    return agency.prefix + customer[-7:]


def fill(book: BillBook, holders: Sequence[Holder], seed: int, today: date) -> None:
    """Subscribe the bank's customers and send them the bills of three months; the magic subscribers too."""
    chance = SeededRandomness(seed)
    runs = [(agency, [_Run.of(agency, month, today) for month in _months(today)]) for agency in AGENCIES.values()]
    for holder in holders:
        for agency, months in runs:
            if chance.below(100) < agency.share:
                subscriber = subscriber_number(agency, holder.number)
                usual = agency.least + chance.below(agency.most - agency.least)
                bills = tuple(_bill(run, subscriber, holder.name, usual, chance) for run in months)
                book.open(agency.kind, subscriber, bills)
    for subscriber in (*MAGIC_FAULTS, *MAGIC_STATES):
        bills = () if subscriber == NO_BILLS else (_magic_bill(subscriber, today),)
        book.open(_MAGIC_KIND, subscriber, bills)


class _Run(NamedTuple):
    """What all bills of an agency for one month have in common. ``due``: the day has come."""

    agency: Agency
    number: str
    period: str
    due_on: str
    due: bool
    paid_at: str

    @classmethod
    def of(cls, agency: Agency, month: date, today: date) -> _Run:
        due_on = _due(month, agency.due_day)
        paid_at = f"{due_on - timedelta(days=3)}T10:00:00+08:00"
        return cls(agency, f"{month:%Y%m}", f"{month:%Y-%m}", due_on.isoformat(), due_on < today, paid_at)


def _bill(run: _Run, subscriber: str, name: str, usual: int, chance: Randomness) -> Bill:
    """What is due by today is paid, but for one in ten."""
    agency = run.agency
    amount = max(agency.least, usual * (80 + chance.below(41)) // 100)
    settled = chance.below(10) != 0 and run.due
    return Bill(
        number=run.number,
        kind=agency.kind,
        subscriber=subscriber,
        subscriber_name=name,
        period=run.period,
        amount=amount,
        due_on=run.due_on,
        paid=amount if settled else 0,
        paid_at=run.paid_at if settled else "",
        receipt=f"{agency.prefix}{run.number}{subscriber[-7:]}" if settled else "",
    )


def _months(today: date) -> Iterator[date]:
    """First days of the months before ``today``'s, newest first."""
    count = today.year * 12 + today.month - 1
    for index in range(count - 1, count - 1 - _MONTHS, -1):
        yield date(index // 12, index % 12 + 1, 1)


def _due(month: date, day: int) -> date:
    """In the month that follows."""
    following = (month + timedelta(days=31)).replace(day=1)
    return following.replace(day=day)


def _magic_bill(subscriber: str, today: date) -> Bill:
    overdue = today - timedelta(days=30)
    return Bill(
        number="202601",
        kind=_MAGIC_KIND,
        subscriber=subscriber,
        subscriber_name="试验",
        period="2026-01",
        amount=_MAGIC_AMOUNT,
        due_on=overdue.isoformat() if subscriber == OVERDUE else _NEVER,
        paid=_MAGIC_AMOUNT if subscriber == PAID else 0,
        paid_at="2026-02-01T10:00:00+08:00" if subscriber == PAID else "",
        receipt="B0" if subscriber == PAID else "",
        suspended=subscriber == SUSPENDED,
    )
