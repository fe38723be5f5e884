"""A real bank's replayed days: the hosts' day files and the journal agree, whatever the wire did."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from berka_sample import part_of

from tellerline.adapters.clock import ScaledClock, SystemClock, SystemRandomness
from tellerline.cli.gateway_access import connected
from tellerline.cli.replay.berka_files import read_bank
from tellerline.cli.replay.days import work_days
from tellerline.cli.replay.desk import Desk
from tellerline.cli.replay.outcome import Surroundings
from tellerline.cli.replay.performance import Performance, noon
from tellerline.cli.replay.run import settings_for
from tellerline.cli.system.command_settings import Wishes, prepared
from tellerline.cli.system.embedded import Books, EmbeddedSystem, start_embedded
from tellerline.gateway.journal.records import Record, Search, State
from tellerline.gateway.reconciliation.stretch import Findings, Stretch
from tellerline.routing.model.command import Effect
from tellerline.routing.model.money import Money
from tellerline.routing.reconciliation.entries import DayEntry
from tellerline.simulators.hosting.dayfile import DayLine, day_lines

_ACCOUNTS, _DAYS = 60, 120


def entry(line: DayLine) -> DayEntry:
    return DayEntry(
        reference=line.reference,
        reversed=line.state == "REVERSED",
        accounting_date=line.accounting_date,
        operation=line.operation,
        account=line.account,
        amount=Money.parse(line.amount, line.currency) if line.amount else None,
        host_serial=line.host_serial,
    )


async def dates_at(system: EmbeddedSystem, host: str) -> set[str]:
    """Every day on which the journal or the host says that something was done."""
    found: set[str] = set()
    after = ""
    while True:
        search = Search(host=host, states=(State.DONE, State.REVERSED), after=after, limit=500)
        page: list[Record] = list(await system.node.gateway.parts.journal.search(search))
        found |= {row.accounting_date for row in page if row.effect is not Effect.ENQUIRY and row.accounting_date}
        if len(page) < 500:
            return found
        after = page[-1].global_serial


async def reconcile(system: EmbeddedSystem, host: str, day: str) -> Findings:
    lines = [entry(line) for line in day_lines(system.bank.host(host), day)]
    now = system.bank.clock.now()
    stretch = Stretch(host=host, day=day, produced_at=now, after="", until="", entries=lines)
    return await system.node.gateway.parts.reconciliation.compare(stretch)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "gateway.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    yield descriptor
    os.close(descriptor)


async def test_no_day_of_a_replayed_bank_differs(shared_data: Path, tmp_path: Path, log: int) -> None:
    recorded = part_of(read_bank(shared_data / "berka"), _ACCOUNTS)
    days = work_days(recorded.movements, _DAYS)
    clock = ScaledClock(noon(days[0].day), 1.0)
    with prepared(Wishes(), tmp_path, **settings_for("", None)) as settings:
        books = Books(customers=0, magic=False)
        system = await start_embedded(settings, books, clock=clock, randomness=SystemRandomness(), log_descriptor=log)
        try:
            async with connected(system.node.target) as client:
                performance = Performance(
                    bank=system.bank,
                    desk=Desk(client, clock),
                    clock=clock,
                    watch=SystemClock(),
                    recorded=recorded,
                    days=days,
                    seed=None,
                    progress=lambda phase, done, of: None,
                )
                around = Surroundings(store="sqlite", mq="memory", front="connect", limits={}, seed=None)
                outcome = await performance.perform(around)
            found = [
                await reconcile(system, host, day)
                for host in ("core", "credit")
                for day in sorted(await dates_at(system, host))
            ]
        finally:
            await system.stop()
    assert outcome.holds
    assert [case for each in found for case in each.cases] == []
    assert sum(each.matched for each in found) >= outcome.transfers.done > 0
    assert sum(each.unsettled for each in found) == 0
