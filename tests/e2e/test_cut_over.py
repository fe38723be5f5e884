"""The night's cut-over 日切: transfers on both sides of it, booked in one day each, counted in the bank's own day."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from live_bank import RICH
from live_gateways import GENEROUS

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.cli.system.node import GatewayNode, build_node
from tellerline.connectors.discovery import discover
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.records import LimitUsage, Record, Search, State
from tellerline.gateway.services.ports import Request, Settled
from tellerline.gateway.settings import GatewaySettings
from tellerline.routing.model.money import Money
from tellerline.routing.model.transfers import CreateTransfer, TransferKind
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.faults import FaultKind, FaultRule
from tellerline.simulators.hosting.calendar import BANK_ZONE
from tellerline.simulators.ledger import Entry

BEFORE, AFTER = "2026-03-02", "2026-03-03"
CUSTOMERS, TRANSFERS, MOST_AT_ONCE = 20, 1_000, 150


@dataclass
class Bank:
    """A simulated bank and a gateway on one clock; ``cut`` is the instant of the cut-over, ``dates`` the accounting
    dates before and after it."""

    bank: SimulatedBank
    node: GatewayNode
    clock: VirtualClock
    cut: datetime
    cards: list[str]
    dates: tuple[str, str]
    running: set[asyncio.Task[Settled]] = field(default_factory=set)

    def transfer(self, number: int) -> asyncio.Task[Settled]:
        debit, credit = self.cards[number % CUSTOMERS], self.cards[(number + 1) % CUSTOMERS]
        command = CreateTransfer(
            debit_account=debit,
            credit_account=credit,
            amount=Money(100 + number % 7, "CNY"),
            kind=TransferKind.REGISTERED_PAYEE,
        )
        request = Request(channel="COUNTER", channel_serial=f"N{number:04}", command=command)
        call = CallContext(deadline=self.clock.monotonic() + 60)
        task = asyncio.get_running_loop().create_task(self.node.gateway.pipeline.run(request, call))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return task

    async def until(self, met: Callable[[], bool], step: float = 0.002) -> None:
        """Let the clock run until something has come about: no faster than the real one, so that a store that takes
        its time takes nobody else's, unless the ``step`` says so."""
        while not met():
            await self.clock.advance(step)
            await asyncio.sleep(0.002)

    async def records(self) -> list[Record]:
        found: list[Record] = []
        while True:
            after = found[-1].global_serial if found else ""
            page = await self.node.gateway.parts.journal.search(Search(after=after, limit=500))
            found += page
            if len(page) < 500:
                return found

    def debits(self) -> dict[str, list[Entry]]:
        """Every debit of a transfer by its reference, reversals not among them."""
        debits: dict[str, list[Entry]] = {}
        for account in self.bank.ledger.accounts():
            for entry in account.entries:
                if entry.transaction.reference and entry.amount < 0 and entry.transaction.reverses is None:
                    debits.setdefault(entry.transaction.reference, []).append(entry)
        return debits


@asynccontextmanager
async def around_cut_over(
    folder: Path, store: dict[str, object], cut_over: time, manifest: str = ""
) -> AsyncIterator[Bank]:
    """Five seconds before it."""
    day = datetime.fromisoformat(BEFORE if cut_over != time() else AFTER)
    cut = datetime.combine(day.date(), cut_over, BANK_ZONE).astimezone(UTC)
    clock = VirtualClock(cut - timedelta(seconds=5))
    bank = SimulatedBank(clock, SeededRandomness(1), cut_over=cut_over)
    people = bank.load_population(1, CUSTOMERS, magic=False).people
    for person in people:
        bank.core.host.branch.post(person.card, RICH, kind="CASH_DEPOSIT")
    await bank.core.start("127.0.0.1", 0)
    host: dict[str, object] = {"url": bank.core.url}
    if manifest:
        (folder / "core.toml").write_text(manifest, "utf-8")
        host["manifest"] = folder / "core.toml"
    settings = GatewaySettings.model_validate({"store": store, "hosts": {"core": host}, **GENEROUS})
    log = os.open(folder / "gateway.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    node = build_node(settings, clock=clock, randomness=SeededRandomness(1), log_descriptor=log)
    await node.gateway.start()
    try:
        first = bank.calendar.accounting_date()
        dates = first, (date.fromisoformat(first) + timedelta(days=1)).isoformat()
        yield Bank(bank, node, clock, cut, [person.card for person in people][:CUSTOMERS], dates)
    finally:
        await node.gateway.close()
        await bank.close()
        os.close(log)


@pytest.mark.parametrize("cut_over", [time(23, 30), time()], ids=["at half past eleven", "at midnight"])
async def test_a_thousand_transfers_around_cut_over(
    tmp_path: Path, store_settings: dict[str, object], cut_over: time
) -> None:
    """A fifth of them reaches the books half a second late: some are accepted on one day and booked on the next."""
    async with around_cut_over(tmp_path, store_settings, cut_over) as world:
        slow = FaultRule(kind=FaultKind.DELAY, operations=frozenset({"Transfer"}), probability=0.2, seconds=0.5, seed=7)
        world.bank.add_fault(slow, host="core")
        ends = []
        for number in range(TRANSFERS):
            ends.append(world.transfer(number))
            await world.clock.advance(10 / TRANSFERS)
            await world.until(lambda: len(world.running) < MOST_AT_ONCE)
        await world.until(lambda: not world.running)
        assert {end.result().state for end in ends} == {State.DONE}
        records, debits = await world.records(), world.debits()
        assert sorted(record.global_serial for record in records) == sorted(debits)
        assert len(debits) == TRANSFERS
        assert {len(entries) for entries in debits.values()} == {1}, "none in two days, none in no day"
        booked = {reference: entry.booking_date for reference, (entry,) in debits.items()}
        assert {record.global_serial: record.accounting_date for record in records} == booked
        assert set(booked.values()) == set(world.dates)
        carried = [r for r in records if r.accepted_at < world.cut and r.accounting_date == world.dates[1]]
        assert carried, "accepted before the cut-over and booked after it: the host's word counts"
        await _limits_are_in_the_days_of_acceptance(world, records)


async def _limits_are_in_the_days_of_acceptance(world: Bank, records: list[Record]) -> None:
    used: Counter[tuple[str, str]] = Counter()
    for record in records:
        assert record.amount is not None
        assert record.limit_day == record.accepted_at.astimezone(BANK_ZONE).date().isoformat()
        used[record.account, record.limit_day] += record.amount.minor
    for (account, day), total in used.items():
        assert (await world.node.gateway.parts.journal.limit_usage(account, day)).total == total


@pytest.mark.parametrize("dsn", ["sqlite"], indirect=True)
async def test_a_reversal_after_cut_over_is_an_adjustment_and_gives_the_amount_back_to_the_original_day(
    tmp_path: Path, store_settings: dict[str, object]
) -> None:
    """At a core that cannot be inquired, so that what was done and not answered is taken back on the next day.

    The clock stands still while twenty transfers are booked: a store that may be slow to connect waits for it in vain.
    """
    core = next(folder for folder in discover() if folder.manifest.name == "core")
    text = (core.path / "host.toml").read_text("utf-8").replace('"host.Inquire" = 5\n', "")
    async with around_cut_over(tmp_path, store_settings, time(), manifest=text) as world:
        before = {card: world.bank.ledger.account(card).balance for card in world.cards}
        world.bank.add_fault(FaultRule(kind=FaultKind.LOSE_REPLY, operations=frozenset({"Transfer"})), host="core")
        ends = [world.transfer(number) for number in range(CUSTOMERS)]
        journal = world.node.gateway.parts.journal
        await world.until(lambda: len(world.debits()) == CUSTOMERS, step=0.0)
        while {record.state for record in await world.records()} != {State.REVERSED}:
            await world.until(_ticks(50), step=0.02)
        await asyncio.gather(*ends, return_exceptions=True)
        assert {card: world.bank.ledger.account(card).balance for card in world.cards} == before
        for (original,) in world.debits().values():
            reversal = original.transaction.reversed_by
            assert reversal is not None
            assert (original.booking_date, reversal.booking_date) == world.dates
            assert reversal.kind == "ADJUSTMENT"
        for card in world.cards:
            assert await journal.limit_usage(card, BEFORE) == LimitUsage(total=0, count=1)
            assert await journal.limit_usage(card, AFTER) == LimitUsage(total=0, count=0)


def _ticks(number: int) -> Callable[[], bool]:
    left = iter(range(number))
    return lambda: next(left, None) is None
