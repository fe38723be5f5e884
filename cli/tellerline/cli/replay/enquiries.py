"""What the gateway says of the accounts and loans when all is over."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from tellerline.cli.replay.berka_files import BerkaLoan
from tellerline.cli.replay.desk import Desk
from tellerline.cli.replay.holders import loan_number

_AT_ONCE = 32
_PAGE = 200
_ACCOUNTS = "accounts.v1.AccountService"
_LOAN = "credit.v1.CreditService/GetLoan"
_DOUBTS = "operations.v1.OperationsService/ListDoubts"
ItemT = TypeVar("ItemT")


@dataclass(slots=True, kw_only=True)
class Told:
    """Amounts in hellers. ``days`` is each account's movement by accounting date, as its statement has it."""

    days: dict[tuple[str, date], int] = field(default_factory=lambda: defaultdict(int))
    balances: dict[str, int] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    """Accounts whose balance and statement, or whose entries and closing balance, do not agree."""


async def enquire_accounts(desk: Desk, names: Mapping[str, str], period: tuple[date, date]) -> Told:
    """Balance and whole statement of every account in ``names``. Raises ``CanonicalError`` for a refusal."""
    told = Told()

    async def enquire(account: str) -> None:
        balance = await desk.enquire(f"{_ACCOUNTS}/GetBalance", name=f"{names[account]}/balance")
        told.balances[account] = hellers(balance.ledger_amount)
        entries, closing = await _statement(desk, names[account], period)
        for entry in entries:
            told.days[account, _day(entry.booking_date)] += hellers(entry.amount)
        if not told.balances[account] == closing == sum(hellers(entry.amount) for entry in entries):
            told.contradictions.append(account)

    await _side_by_side(names, enquire)
    return told


async def enquire_loans(desk: Desk, loans: Sequence[BerkaLoan], names: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Principal and outstanding of every loan, by the file's number. Raises ``CanonicalError`` for a refusal."""
    told: dict[str, tuple[int, int]] = {}

    async def enquire(loan: BerkaLoan) -> None:
        reply = await desk.enquire(_LOAN, name=f"{names[loan.account]}/loans/{loan_number(loan.number)}")
        told[loan.number] = hellers(reply.principal_amount), hellers(reply.outstanding_amount)

    await _side_by_side(loans, enquire)
    return told


async def open_doubts(desk: Desk) -> int:
    """How many doubts are open, those that wait for people included."""
    found, token = 0, ""
    while True:
        reply = await desk.enquire(_DOUBTS, page_size=_PAGE, page_token=token)
        found += len(reply.doubts)
        token = reply.next_page_token
        if not token:
            return found


def hellers(amount: Any) -> int:
    """Of a ``google.type.Money``."""
    return int(amount.units) * 100 + int(amount.nanos) // 10_000_000


async def _statement(desk: Desk, account: str, period: tuple[date, date]) -> tuple[list[Any], int]:
    entries: list[Any] = []
    start, end = ({"year": day.year, "month": day.month, "day": day.day} for day in period)
    token = ""
    while True:
        page = await desk.enquire(
            f"{_ACCOUNTS}/ListStatementEntries",
            parent=account,
            start_date=start,
            end_date=end,
            page_size=_PAGE,
            page_token=token,
        )
        entries.extend(page.statement_entries)
        token = page.next_page_token
        if not token:
            return entries, hellers(page.closing_amount)


def _day(booked: Any) -> date:
    return date(booked.year, booked.month, booked.day)


async def _side_by_side(items: Iterable[ItemT], work: Callable[[ItemT], Awaitable[None]]) -> None:
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(item: ItemT) -> None:
        async with places:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for item in items:
            group.create_task(one(item))
