"""A host's day against the journal: six kinds of differences found exactly, doubts resolved, nothing false, twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from gateway_world import ACCOUNT, PAYEE, START, World, open_world, settings_for
from ledger_host import DAY, Fault, FaultPlan, LedgerHost

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.hosts.policy import HostBinding
from tellerline.gateway.journal.difference_records import CaseSearch, CaseState
from tellerline.gateway.journal.records import State
from tellerline.gateway.reconciliation.stretch import Findings, Stretch
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, HostCall, Inquire
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Listed
from tellerline.routing.model.transfers import CreateTransfer
from tellerline.routing.reconciliation.entries import DayEntry, DifferenceKind, HostWord

OTHER_DAY = "2026-03-03"
TAKEN_OVER = """
version = "1"
[[rules]]
name = "all"
operations = ["transfers.*"]
host = "core-v2"
"""
K = DifferenceKind


@dataclass
class Day:
    """A world with the lines that an honest host would write."""

    world: World
    lines: dict[str, list[DayEntry]] = field(default_factory=dict)

    async def transfers(self, count: int) -> list[str]:
        """Done and in the file; returns their references in order."""
        ends = await self.world.outcomes([self.world.transfer(minor=100 + number) for number in range(count)])
        settled = [end for end in ends if isinstance(end, Settled)]
        for end in settled:
            await self.enter(end.global_serial)
        return sorted(end.global_serial for end in settled)

    async def enter(self, serial: str, *, undone: bool = False) -> None:
        record = await self.world.record(serial)
        self.lines[serial] = [
            DayEntry(
                reference=serial,
                reversed=undone,
                accounting_date=DAY,
                operation="Transfer",
                account=record.account,
                amount=record.amount,
                host_serial=record.host_serial or "H9",
            )
        ]

    def change(self, serial: str, **changes: Any) -> None:
        self.lines[serial] = [replace(self.lines[serial][0], **changes)]

    def stretch(self, after: str = "", until: str = "") -> Stretch:
        entries = [
            entry
            for serial in sorted(self.lines)
            if serial > after and (not until or serial <= until)
            for entry in self.lines[serial]
        ]
        now = self.world.clock.now()
        return Stretch(host="core", day=DAY, produced_at=now, after=after, until=until, entries=entries)

    async def compare(self, *, cuts: tuple[str, ...] = ()) -> list[Findings]:
        bounds = ["", *cuts, ""]
        desk = self.world.gateway.parts.reconciliation
        return [await self.world.run(desk.compare(self.stretch(after, until))) for after, until in pairwise(bounds)]


@asynccontextmanager
async def a_day(folder: Path) -> AsyncIterator[Day]:
    async with open_world(folder) as world:
        yield Day(world)


def kinds(findings: list[Findings]) -> set[tuple[str, str]]:
    return {(case.reference, case.kind) for part in findings for case in part.cases}


async def inject_twenty(day: Day, serials: list[str]) -> set[tuple[str, str]]:
    """Twenty differences of six kinds, each on a transfer of its own; returns what must be found."""
    expected: set[tuple[str, str]] = set()
    picked = iter(serials[::7])
    for _ in range(4):
        missing, state, amount = next(picked), next(picked), next(picked)
        del day.lines[missing]
        day.change(state, reversed=True)
        day.change(amount, amount=Money(999_999, "CNY"))
        expected |= {(missing, K.MISSING_AT_HOST), (state, K.STATE), (amount, K.AMOUNT)}
    for number in range(3):
        dated, twice = next(picked), next(picked)
        day.change(dated, accounting_date=OTHER_DAY)
        day.lines[twice] *= 2
        stranger = f"01AAAAAAAAAAAAAAAAAAAAAAA{number}"
        day.lines[stranger] = [replace(day.lines[serials[1]][0], reference=stranger)]
        day.lines[stranger][0] = replace(day.lines[stranger][0], host_serial=f"H-strange-{number}")
        expected |= {(dated, K.ACCOUNTING_DATE), (twice, K.DUPLICATE), (stranger, K.MISSING_IN_JOURNAL)}
    expected = {pair for pair in expected if pair != ("01AAAAAAAAAAAAAAAAAAAAAAA2", K.MISSING_IN_JOURNAL)}
    del day.lines["01AAAAAAAAAAAAAAAAAAAAAAA2"]
    return expected


@pytest.mark.parametrize("cut", [False, True], ids=["in one piece", "in stretches"])
async def test_twenty_differences_of_six_kinds_are_found_exactly_and_once(tmp_path: Path, cut: bool) -> None:
    async with a_day(tmp_path) as day:
        serials = await day.transfers(200)
        expected = await inject_twenty(day, serials)
        cuts = (serials[50], serials[51], serials[120]) if cut else ()
        first = await day.compare(cuts=cuts)
        again = await day.compare()
        assert len(expected) == 20
        assert len({kind for _, kind in expected}) == 6
        assert kinds(first) == kinds(again) == expected
        assert sum(part.matched for part in first) == 200 - 18
        cases = await day.world.store.differences.search(CaseSearch(limit=100))
        assert len(cases) == 20
        assert {case.state for case in cases} == {CaseState.OPEN}


async def test_a_difference_that_is_gone_is_closed_and_one_that_people_closed_stays_so(tmp_path: Path) -> None:
    async with a_day(tmp_path) as day:
        serials = await day.transfers(3)
        honest = dict(day.lines)
        del day.lines[serials[0]]
        day.change(serials[1], reversed=True)
        (found,) = await day.compare()
        by_hand = next(case for case in found.cases if case.kind == K.STATE)
        now = day.world.clock.now()
        await day.world.run(day.world.store.differences.close(by_hand.name, now, "u1", "known"))
        day.lines = honest | {serials[1]: day.lines[serials[1]]}
        await day.compare()
        cases = {case.kind: case for case in await day.world.store.differences.search(CaseSearch())}
        assert cases[K.STATE].closed_by == "u1"
        assert cases[K.MISSING_AT_HOST].closed_by == "reconciliation"


def lost(fault: Fault) -> FaultPlan:
    def plan(command: Command, _call: HostCall) -> Fault | None:
        return fault if isinstance(command, CreateTransfer) else Fault.NOT_SENT

    return plan


@pytest.mark.parametrize("undone", [False, True])
async def test_a_doubt_is_settled_by_the_hosts_word(tmp_path: Path, undone: bool) -> None:
    async with a_day(tmp_path) as day:
        day.world.host.fault_of = lost(Fault.LOSE_REPLY)
        request = day.world.transfer()
        settled = await day.world.ask(request)
        await day.enter(settled.global_serial, undone=undone)
        (found,) = await day.compare()
        record = await day.world.record(settled.global_serial)
        assert [word.word for word in found.words] == [HostWord.REVERSED if undone else HostWord.DONE]
        assert record.state is (State.REVERSED if undone else State.DONE)
        assert found.cases == []
        assert await day.world.store.journal.doubts() == []
        answer = await day.world.outcome(request)
        if undone:
            assert answer is Code.REVERSED
        else:
            assert isinstance(answer, Settled)
            assert isinstance(answer.outcome, Done)
            assert answer.outcome.result == Listed()
        (again,) = await day.compare()
        assert (again.matched, again.words, again.cases) == (1, [], [])


async def test_what_is_being_reversed_keeps_the_day_that_the_file_says(tmp_path: Path) -> None:
    """Its reversal may still go to people, who attest what the host did on that day."""
    async with a_day(tmp_path) as day:
        day.world.host.fault_of = lambda command, _: None if isinstance(command, Inquire) else Fault.LOSE_REQUEST
        settled = await day.world.ask(day.world.transfer())
        await day.world.pass_time(60)
        await day.enter(settled.global_serial)
        for _ in range(2):
            (found,) = await day.compare()
            assert (found.unsettled, found.words, found.cases) == (1, [], [])
        record = await day.world.record(settled.global_serial)
        assert (record.state, record.accounting_date) == (State.IN_DOUBT, DAY)
        history = await day.world.store.journal.history(settled.global_serial)
        assert [event.kind for event in history].count("day_file") == 1


async def test_absence_proves_something_after_the_hosts_time_only(tmp_path: Path) -> None:
    async with a_day(tmp_path) as day:
        day.world.host.fault_of = lost(Fault.LOSE_REQUEST)
        settled = await day.world.ask(day.world.transfer())
        early = replace(day.stretch(), produced_at=day.world.clock.now() - timedelta(seconds=5))
        desk = day.world.gateway.parts.reconciliation
        found = await day.world.run(desk.compare(early))
        assert (found.unsettled, found.words, found.cases) == (1, [], [])
        await day.world.pass_time(40)
        day.world.host.fault_of = lambda _command, _call: None
        (found,) = await day.compare()
        record = await day.world.record(settled.global_serial)
        assert [word.word for word in found.words] in ([HostWord.ABSENT], [])
        await day.world.pass_time(30)
        record = await day.world.record(settled.global_serial)
        assert record.state is State.REVERSED
        assert day.world.host.effects == 0


async def test_what_was_refused_or_never_sent_needs_no_line(tmp_path: Path) -> None:
    async with a_day(tmp_path) as day:
        poor = day.world.transfer(minor=10**9)
        assert await day.world.outcome(poor) is Code.INSUFFICIENT_FUNDS
        (found,) = await day.compare()
        assert (found.matched, found.unsettled, found.cases) == (0, 0, [])
        record = await day.world.store.journal.find(poor.channel, poor.channel_serial)
        assert record is not None
        await day.enter(record.global_serial)
        (found,) = await day.compare()
        assert [case.kind for case in found.cases] == [K.STATE]


async def test_a_day_of_many_pages_is_read_page_by_page(tmp_path: Path) -> None:
    async with a_day(tmp_path) as day:
        day.world.host.balances[ACCOUNT] = 10**9
        serials = [*await day.transfers(600), *await day.transfers(600)]
        day.lines = {serial: day.lines[serial] for serial in serials[::2]}
        (found,) = await day.compare()
        assert found.matched == 600
        assert Counter(case.kind for case in found.cases) == {K.MISSING_AT_HOST: 600}


async def test_a_days_silence_undoes_nothing_that_was_done_on_another_day(tmp_path: Path) -> None:
    async with a_day(tmp_path) as day:
        day.world.host.fault_of = lost(Fault.LOSE_REPLY)
        settled = await day.world.ask(day.world.transfer())
        await day.world.pass_time(40)
        day.world.host.fault_of = lambda _command, _call: None
        (found,) = await day.compare()
        record = await day.world.record(settled.global_serial)
        assert (record.state, day.world.host.effects) == (State.DONE, 1)
        assert found.cases == []


async def test_what_is_younger_than_the_file_is_not_expected_in_it(tmp_path: Path) -> None:
    async with a_day(tmp_path) as day:
        (old,) = await day.transfers(1)
        day.lines.clear()
        await day.world.pass_time(60)
        produced = day.stretch()
        await day.world.pass_time(1)
        young = await day.transfers(2)
        desk = day.world.gateway.parts.reconciliation
        found = await day.world.run(desk.compare(produced))
        assert kinds([found]) == {(old, K.MISSING_AT_HOST)}
        assert found.unsettled == 2
        (later,) = await day.compare()
        assert (later.matched, kinds([later])) == (2, {(old, K.MISSING_AT_HOST)})
        assert young == sorted(day.lines)


async def test_what_was_undone_since_the_file_was_written_is_no_difference(tmp_path: Path) -> None:
    async with a_day(tmp_path) as day:
        day.world.host.fault_of = lost(Fault.LOSE_REQUEST)
        settled = await day.world.ask(day.world.transfer())
        await day.enter(settled.global_serial)
        written = day.stretch()
        await day.world.pass_time(40)
        day.world.host.fault_of = lambda _command, _call: None
        await day.world.pass_time(60)
        assert (await day.world.record(settled.global_serial)).state is State.REVERSED
        desk = day.world.gateway.parts.reconciliation
        found = await day.world.run(desk.compare(written))
        assert (found.matched, found.cases) == (1, [])
        (later,) = await day.compare()
        assert [case.kind for case in later.cases] == [K.STATE]


@asynccontextmanager
async def a_day_of_two_versions(folder: Path) -> AsyncIterator[tuple[Day, LedgerHost]]:
    """The second version shares the books, and has taken over every transfer."""
    clock = VirtualClock(START)
    first = LedgerHost(clock, balances={ACCOUNT: 1_000_000, PAYEE: 0})
    second = LedgerHost(clock, name="core-v2", balances=first.balances)
    rules = folder / "rules.toml"
    rules.write_text(TAKEN_OVER, "utf-8")
    beside = [HostBinding(second, version_of="core")]
    settings = settings_for(routing_rules=rules)
    async with open_world(folder, host=first, clock=clock, settings=settings, beside=beside) as world:
        yield Day(world), second


async def test_what_another_version_took_is_missed_in_the_file_of_their_books(tmp_path: Path) -> None:
    async with a_day_of_two_versions(tmp_path) as (day, second):
        missing, *there = await day.transfers(3)
        assert len(second.received) == 3
        del day.lines[missing]
        for cuts in ((), (missing,), (there[0],)):
            found = await day.compare(cuts=cuts)
            assert sum(part.matched for part in found) == 2
            assert kinds(found) == {(missing, K.MISSING_AT_HOST)}


async def test_what_another_version_took_by_the_page_is_judged_once(tmp_path: Path) -> None:
    async with a_day_of_two_versions(tmp_path) as (day, second):
        second.balances[ACCOUNT] = 10**9
        taken = [*await day.transfers(600)]
        (tmp_path / "rules.toml").write_text('version = "off"\n', "utf-8")
        await day.world.run(day.world.gateway.parts.routes.reload("u1"))
        serials = [*taken, *await day.transfers(600)]
        assert len(second.received) == 600
        day.lines = {serial: day.lines[serial] for serial in serials[::2]}
        (found,) = await day.compare()
        assert found.matched == 600
        assert Counter(case.kind for case in found.cases) == {K.MISSING_AT_HOST: 600}


async def test_what_another_version_has_in_doubt_is_asked_about_when_the_file_is_silent(tmp_path: Path) -> None:
    async with a_day_of_two_versions(tmp_path) as (day, second):
        second.fault_of = lost(Fault.LOSE_REQUEST)
        settled = await day.world.ask(day.world.transfer())
        await day.world.pass_time(40)
        second.fault_of = lambda _command, _call: None
        (found,) = await day.compare()
        assert [(word.reference, word.word) for word in found.words] == [(settled.global_serial, HostWord.ABSENT)]
