"""What closed hosts said last, while more of it waits to be written than is kept in memory."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from journal_rows import NOON, cny
from journal_stores import sqlite_stores

from tellerline.gateway.journal.port import ClosedHosts
from tellerline.gateway.journal.records import LastKnown
from tellerline.routing.model.accounts import Balance
from tellerline.routing.model.outcome import Done

BALANCE = "accounts.GetBalance"
MORE_THAN_ARE_KEPT = 20_001


def reading(account: str, seconds: int = 0) -> LastKnown:
    balance = Balance(account=account, ledger=cny(1), available=cny(1), as_of="2026-03-02T12:00:00+08:00")
    read_at = NOON + timedelta(seconds=seconds)
    return LastKnown(operation=BALANCE, account=account, answer=Done(result=balance), read_at=read_at)


async def fill(hosts: ClosedHosts) -> None:
    """One account written, and then as many that wait as are kept; the first of these is ``A0``."""
    hosts.remember(reading("written"))
    assert await hosts.recall(BALANCE, "written") == reading("written")
    for number in range(MORE_THAN_ARE_KEPT):
        hosts.remember(reading(f"A{number}"))


async def test_what_must_not_be_told_any_more_is_gone_however_much_waits(tmp_path: Path) -> None:
    async with sqlite_stores(tmp_path) as (store,):
        await fill(store.closed_hosts)
        for account in ("written", "A0"):
            store.closed_hosts.forget(BALANCE, account, NOON)
        for account in ("written", "A0", f"A{MORE_THAN_ARE_KEPT - 1}"):
            assert await store.closed_hosts.recall(BALANCE, account) is None


async def test_what_waits_gives_way_to_what_the_host_said_later(tmp_path: Path) -> None:
    async with sqlite_stores(tmp_path) as (store,):
        await fill(store.closed_hosts)
        store.closed_hosts.remember(reading("A0", seconds=5))
        assert await store.closed_hosts.recall(BALANCE, "A0") == reading("A0", seconds=5)
