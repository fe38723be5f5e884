"""Cash in a host's day file: what was confirmed, partly given back or taken back is no difference, on whichever day."""

from __future__ import annotations

from pathlib import Path

import pytest
from cash_bench import Terminal, terminal
from gateway_world import settings_for
from wired_host import WireFault

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.gateway.journal.records import State
from tellerline.gateway.reconciliation.stretch import Findings, Stretch
from tellerline.routing.model.money import Money
from tellerline.routing.reconciliation.entries import DayEntry
from tellerline.simulators.core.simulator import CoreSimulator
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.dayfile import DayLine, day_lines


def lines(at: Terminal, day: str) -> list[DayEntry]:
    simulator = CoreSimulator(at.bench.books, FaultEngine(SeededRandomness(1)), SystemClock())
    return [entry(line) for line in day_lines(simulator, day)]


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


def today(at: Terminal) -> str:
    return at.bench.books.calendar.accounting_date()


async def compared(at: Terminal, day: str, entries: list[DayEntry] | None = None) -> Findings:
    stretch = Stretch(
        host="core",
        day=day,
        produced_at=at.world.clock.now(),
        after="",
        until="",
        entries=lines(at, day) if entries is None else entries,
    )
    return await at.world.run(at.world.gateway.parts.reconciliation.compare(stretch))


async def a_days_cash(at: Terminal) -> None:
    """Confirmed, given back in part, taken back, refused, reversed in doubt, reversed before it came."""
    for serial in ("W1", "W2", "W3"):
        await at.ask(at.withdrawal(serial))
    await at.ask(at.confirmation("W1"))
    await at.ask(at.confirmation("W2", 100_00))
    await at.ask(at.reversal("W3"))
    await at.refused(at.withdrawal("W4", 5000_01))
    at.bench.strike(lambda command, _: WireFault.LOST_REPLY if command.operation == "cash.WithdrawCash" else None)
    await at.ask(at.withdrawal("W5"))
    at.bench.strike(lambda _command, _call: None)
    await at.ask(at.reversal("W6"))
    await at.refused(at.withdrawal("W6"))
    await at.world.pass_time(5)


async def test_a_days_cash_is_no_difference(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        await a_days_cash(at)
        found = await compared(at, today(at))
        assert (found.cases, found.words, found.unsettled) == ([], [], 0)
        assert found.matched == 5
        assert [(line.operation, line.reversed) for line in lines(at, today(at))] == [
            ("WithdrawCash", False),
            ("WithdrawCash", False),
            ("ReturnCash", False),
            ("WithdrawCash", True),
            ("WithdrawCash", True),
        ]


async def test_what_comes_back_on_a_later_day_leaves_the_first_day_as_it_was(tmp_path: Path) -> None:
    async with terminal(tmp_path, settings=settings_for(sweep_seconds=7_200.0)) as at:
        await at.ask(at.withdrawal("W1"))
        await at.ask(at.withdrawal("W2"))
        first = today(at)
        written = lines(at, first)
        await at.world.pass_time(86_400, step=3_600)
        await at.ask(at.reversal("W1"))
        await at.ask(at.confirmation("W2", 100_00))
        await at.world.pass_time(5)
        second = await compared(at, today(at))
        assert (second.cases, second.matched) == ([], 1)
        again = await compared(at, first)
        assert (again.cases, again.matched) == ([], 2)
        assert [line.reversed for line in written] == [False, False]


async def test_while_a_reversal_is_under_way_the_file_ends_nothing(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        at.bench.strike(lambda command, _: WireFault.NOT_SENT if command.operation == "host.Reverse" else None)
        await at.ask(at.reversal("W1"))
        found = await compared(at, today(at))
        assert (found.cases, found.words, found.unsettled) == ([], [], 1)
        assert (await at.record("W1")).state is State.IN_DOUBT
        at.bench.strike(lambda _command, _call: None)
        await at.world.pass_time(30)
        found = await compared(at, today(at))
        assert (found.cases, found.matched) == ([], 1)


async def test_what_is_still_to_be_given_back_is_ended_by_its_line(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        at.bench.strike(lambda command, _: WireFault.LOST_REPLY if command.operation == "cash.ReturnCash" else None)
        await at.ask(at.confirmation("W1", 100_00), seconds=30.0)
        await at.world.pass_time(11)
        found = await compared(at, today(at))
        assert (found.cases, found.matched) == ([], 1)
        assert len(found.words) + found.unsettled == 1
        back = await at.world.store.journal.get((await at.record("W1")).global_serial + "R")
        assert back is not None
        assert back.state is State.DONE


@pytest.mark.parametrize("missing", ["WithdrawCash", "ReturnCash"])
async def test_a_line_that_is_missing_is_a_difference(tmp_path: Path, missing: str) -> None:
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        await at.ask(at.confirmation("W1", 100_00))
        await at.world.pass_time(60)
        kept = [line for line in lines(at, today(at)) if line.operation != missing]
        found = await compared(at, today(at), kept)
        assert [case.kind for case in found.cases] == ["MISSING_AT_HOST"]
