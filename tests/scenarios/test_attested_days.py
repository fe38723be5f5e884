"""What two people attest has no word of the host's: the host's day files give it its day, or stand against it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import orjson
import pytest
from gateway_world import World, open_world
from journal_stores import fresh_schema
from ledger_host import DAY, Fault
from plan_lives import Kept, opened

from tellerline.gateway.doubt.policy import DoubtPolicy, NotFoundRule
from tellerline.gateway.hosts.policy import HostPolicy
from tellerline.gateway.journal.difference_records import CaseSearch, CaseState
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import CaseEnding, Event, Record, State
from tellerline.gateway.reconciliation.stretch import Findings, Stretch
from tellerline.gateway.reconciliation.undated import ended_by_people
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code
from tellerline.routing.reconciliation.entries import DayEntry, DifferenceKind

TRANSFER = "transfers.CreateTransfer"
NEXT, THIRD = "2026-03-03", "2026-03-04"
PEOPLE = DoubtPolicy(version="t/1", not_found=NotFoundRule.MANUAL, max_processing=5.0)
K = DifferenceKind


@dataclass
class Desk:
    """A world whose lost transfers go to people, and the lines of its host's files."""

    world: World
    store: Store

    async def with_people(self) -> str:
        """A transfer that the host never got, or so it seems; its serial."""
        self.world.host.fault_of = lambda command, _: Fault.LOSE_REQUEST if command.operation == TRANSFER else None
        settled = await self.world.ask(self.world.transfer())
        await self.world.pass_time(20)
        self.world.host.fault_of = lambda _command, _call: None
        assert (await self.world.record(settled.global_serial)).state is State.MANUAL
        return settled.global_serial

    async def decide(self, serial: str, ending: CaseEnding) -> None:
        desk = self.world.gateway.parts.desk
        proposed = await desk.propose(serial, "li.na", ending, reason="seen in the books", evidence="")
        await desk.confirm(serial, proposed.number, "wang.wei", remark="")

    async def attested(self, ending: CaseEnding = CaseEnding.DONE) -> str:
        serial = await self.with_people()
        await self.decide(serial, ending)
        return serial

    async def done(self, day: str) -> Record:
        """A transfer that the host booked on ``day`` of its own."""
        self.world.host.day = day
        settled = await self.world.ask(self.world.transfer())
        return await self.world.record(settled.global_serial)

    async def line(self, serial: str, day: str, *, undone: bool = False) -> DayEntry:
        record = await self.world.record(serial)
        return DayEntry(
            reference=serial,
            reversed=undone,
            accounting_date=day,
            account=record.account,
            amount=record.amount,
            host_serial="H9",
        )

    async def compare(self, day: str, *lines: DayEntry, at: datetime | None = None) -> Findings:
        now = at or self.world.clock.now()
        entries = sorted(lines, key=lambda line: line.reference)
        stretch = Stretch(host="core", day=day, produced_at=now, after="", until="", entries=entries)
        return await self.world.run(self.world.gateway.parts.reconciliation.compare(stretch))

    async def cases(self) -> list[tuple[str, str, CaseState, str]]:
        found = await self.store.differences.search(CaseSearch())
        return [(case.accounting_date, case.kind, case.state, case.closed_by) for case in found]

    async def said(self, serial: str) -> list[dict[str, str]]:
        """What the history says of the host's files."""
        history = await self.store.journal.history(serial)
        return [orjson.loads(event.detail) for event in history if event.kind == "day_file"]


@pytest.fixture(params=["sqlite", "postgresql"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    dsn = request.getfixturevalue("postgresql_dsn") if request.param == "postgresql" else ""
    async with opened(dsn, tmp_path, fresh_schema()) as store, a_desk(tmp_path, store) as desk:
        yield desk


@asynccontextmanager
async def a_desk(folder: Path, store: Store) -> AsyncIterator[Desk]:
    policy = HostPolicy(doubts={TRANSFER: PEOPLE})
    async with open_world(folder, policy=policy, database=Kept(store)) as world:
        yield Desk(world, store)


def kinds(found: Findings) -> list[str]:
    return [case.kind for case in found.cases]


async def test_what_the_host_never_got_is_one_difference_until_a_file_has_it(desk: Desk) -> None:
    serial = await desk.attested()
    assert desk.world.host.effects == 0
    assert kinds(await desk.compare(DAY)) == [K.MISSING_AT_HOST]
    assert kinds(await desk.compare(DAY)) == [K.MISSING_AT_HOST]
    assert kinds(await desk.compare(NEXT)) == []
    assert await desk.cases() == [(DAY, K.MISSING_AT_HOST, CaseState.OPEN, "")]
    found = await desk.compare(THIRD, await desk.line(serial, THIRD))
    assert (found.matched, kinds(found)) == (1, [])
    assert await desk.cases() == [(DAY, K.MISSING_AT_HOST, CaseState.CLOSED, "reconciliation")]
    assert (await desk.world.record(serial)).accounting_date == THIRD
    assert await desk.said(serial) == [{"word": "DONE", "date": THIRD, "host": "core"}]
    assert kinds(await desk.compare(DAY)) == kinds(await desk.compare(NEXT)) == []
    assert kinds(await desk.compare(THIRD)) == [K.MISSING_AT_HOST]


async def test_what_the_file_has_gets_its_day_and_is_compared_like_the_others(desk: Desk) -> None:
    serial = await desk.attested()
    line = await desk.line(serial, DAY)
    for _ in range(2):
        found = await desk.compare(DAY, line)
        assert (found.matched, kinds(found)) == (1, [])
    assert kinds(await desk.compare(NEXT)) == []
    assert len(await desk.said(serial)) == 1
    assert kinds(await desk.compare(DAY, replace(line, reversed=True))) == [K.STATE]


async def test_what_people_closed_is_not_told_again_by_another_day(desk: Desk) -> None:
    await desk.attested()
    [case] = (await desk.compare(DAY)).cases
    now = desk.world.clock.now()
    await desk.world.run(desk.store.differences.close(case.name, now, "u1", "the host books it by hand"))
    assert kinds(await desk.compare(NEXT)) == []
    assert await desk.cases() == [(DAY, K.MISSING_AT_HOST, CaseState.CLOSED, "u1")]


async def test_a_day_said_while_people_have_it_is_kept_and_is_evidence(desk: Desk) -> None:
    """Else the next day's file, which rightly lacks it, would be a difference."""
    serial = await desk.with_people()
    people = desk.world.gateway.parts.desk
    proposed = await people.propose(serial, "li.na", CaseEnding.UNDONE, reason="not booked", evidence="")
    found = await desk.compare(DAY, await desk.line(serial, DAY))
    assert (found.unsettled, kinds(found)) == (1, [])
    with pytest.raises(RefusalError) as refused:
        await people.confirm(serial, proposed.number, "wang.wei", remark="")
    assert refused.value.code is Code.RESOLUTION_OUTDATED
    await people.reject(serial, proposed.number, "li.na", remark="the host's file has it")
    await desk.decide(serial, CaseEnding.DONE)
    record = await desk.world.record(serial)
    assert (record.state, record.accounting_date) == (State.DONE, DAY)
    assert kinds(await desk.compare(NEXT)) == []
    assert (await desk.compare(DAY, await desk.line(serial, DAY))).matched == 1


@pytest.mark.parametrize("written", ["before the decision", "after it"])
async def test_what_was_attested_as_undone_and_the_file_has_is_a_difference(desk: Desk, written: str) -> None:
    """A file from before the decision too: nobody has heard from the host that it undid it since."""
    serial = await desk.with_people()
    before = desk.world.clock.now()
    await desk.world.pass_time(60)
    await desk.decide(serial, CaseEnding.UNDONE)
    assert (await desk.world.record(serial)).state is State.REVERSED
    at = before if written == "before the decision" else None
    assert kinds(await desk.compare(DAY)) == []
    line = await desk.line(serial, DAY)
    assert kinds(await desk.compare(DAY, line, at=at)) == [K.STATE]
    found = await desk.compare(DAY, replace(line, reversed=True), at=at)
    assert (found.matched, kinds(found)) == (1, [])
    assert [case[2] for case in await desk.cases()] == [CaseState.CLOSED]


async def test_only_the_day_that_must_have_it_misses_it(desk: Desk) -> None:
    """Sent about the cut-over, it may belong to either day: the older one's file proves nothing."""
    first = await desk.done(DAY)
    serial = await desk.attested()
    second = await desk.done(NEXT)
    lines = [await desk.line(each.global_serial, each.accounting_date) for each in (first, second)]
    assert kinds(await desk.compare(DAY, lines[0])) == []
    third = await desk.done(NEXT)
    assert kinds(await desk.compare("2026-03-01")) == []
    found = await desk.compare(NEXT, lines[1], await desk.line(third.global_serial, NEXT))
    assert [(case.reference, case.kind) for case in found.cases] == [(serial, K.MISSING_AT_HOST)]


async def test_the_day_that_went_on_after_it_misses_it_although_people_decided_later(desk: Desk) -> None:
    serial = await desk.with_people()
    later = await desk.done(DAY)
    closed = desk.world.clock.now()
    await desk.world.pass_time(60)
    next_day = await desk.done(NEXT)
    await desk.decide(serial, CaseEnding.DONE)
    assert next_day.accounting_date == NEXT
    found = await desk.compare(DAY, await desk.line(later.global_serial, DAY), at=closed)
    assert [(case.reference, case.kind) for case in found.cases] == [(serial, K.MISSING_AT_HOST)]


async def test_a_file_from_before_it_was_sent_proves_nothing(desk: Desk) -> None:
    before = desk.world.clock.now()
    await desk.attested()
    found = await desk.compare(DAY, at=before)
    assert (kinds(found), found.unsettled) == ([], 0)


async def test_rows_without_a_day_are_read_by_stretches_too(desk: Desk) -> None:
    serials = [await desk.attested() for _ in range(3)]
    reconciliation = desk.world.gateway.parts.reconciliation
    found: list[str] = []
    for after, until in (("", serials[0]), (serials[0], serials[1]), (serials[1], "")):
        now = desk.world.clock.now()
        stretch = Stretch(host="core", day=DAY, produced_at=now, after=after, until=until, entries=[])
        found += [case.reference for case in (await desk.world.run(reconciliation.compare(stretch))).cases]
    assert found == serials


def confirmed(was: State) -> Sequence[Event]:
    at = datetime.fromisoformat("2026-03-02T04:00:00+00:00")
    return [Event(at=at, kind="resolution_confirmed", detail=orjson.dumps({"was": was}))]


async def test_people_end_a_row_only_where_they_change_its_state(desk: Desk) -> None:
    record = await desk.world.record(await desk.attested(CaseEnding.UNDONE))
    assert ended_by_people(record, confirmed(State.MANUAL))
    assert ended_by_people(record, confirmed(State.DONE))
    assert not ended_by_people(record, confirmed(State.REVERSED))
    assert not ended_by_people(record, [])
