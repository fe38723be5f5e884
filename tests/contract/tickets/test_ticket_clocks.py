"""Clocks run out by themselves, each fact once and at its own instant, whatever becomes of the process that watches."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import pytest
from ticket_office import WRITTEN, Office, fresh_schema, office
from ticket_rules import AGENT, COMPLAINT, HOURS_2026, LEADER, at, rules

from tellerline.adapters.clock import SystemClock
from tellerline.api.tickets.v1 import tickets_pb2 as pb
from tellerline.callcenter.tickets.databases import postgresql_tickets, sqlite_tickets
from tellerline.callcenter.tickets.records import Change
from tellerline.callcenter.tickets.refusals import Code, RefusalError
from tellerline.callcenter.tickets.store import TicketStore
from tellerline.routing.tickets.commands import LookAtClocks
from tellerline.routing.tickets.decisions import decide, open_ticket
from tellerline.routing.tickets.events import OF_TIME, ClockMissed, Escalated
from tellerline.routing.tickets.kinds import Role
from tellerline.routing.tickets.rules import Rules
from tellerline.routing.tickets.ticket import rebuilt

_SUPPORT = Path(__file__).parents[2] / "support"
_ENOUGH = 120
_LONG_AFTERWARDS = at(12, 1, 9)

Killable: TypeAlias = tuple[list[str], Callable[[], TicketStore]]


@pytest.fixture
async def watched(desk: Office) -> AsyncIterator[Office]:
    """The office with its watch running."""
    running = asyncio.create_task(desk.service.clocks.run())
    yield desk
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def until_recorded(desk: Office, name: str, kind: str, count: int) -> list[tuple[datetime, datetime]]:
    """When each event of a kind happened and was recorded, once there are so many; fails after a while.

    A watch that was slow may have fallen asleep after its time: it is woken.
    """
    async with asyncio.timeout(60):
        while True:
            events = [event for event in await desk.history(name) if event.kind == kind]
            if len(events) >= count:
                return [(event.event_time.ToDatetime(), event.record_time.ToDatetime()) for event in events]
            await asyncio.sleep(0.01)
            await desk.clock.advance(0)


async def settled(desk: Office) -> None:
    """Let the watch see what has changed, and fall asleep until its next instant."""
    await asyncio.sleep(0.05)
    await desk.clock.advance(0)


async def test_the_watch_wakes_when_something_is_due(watched: Office) -> None:
    ticket = await watched.opens()  # 09:00; due at 14:00, with calls at 11:00, noon and 13:30
    await settled(watched)
    await watched.clock.advance(2 * 3600)
    ((happened, recorded),) = await until_recorded(watched, ticket.name, "escalated", 1)
    assert happened == recorded == at(3, 2, 11).replace(tzinfo=None)
    for _ in range(13):
        await settled(watched)
        await watched.clock.advance(15 * 60)
    assert len(await until_recorded(watched, ticket.name, "escalated", 3)) == 3
    ((missed, _),) = await until_recorded(watched, ticket.name, "clock_missed", 1)
    assert missed == at(3, 2, 14).replace(tzinfo=None)


async def test_a_store_that_is_away_is_waited_for(watched: Office) -> None:
    ticket = await watched.opens()
    await settled(watched)
    await watched.store.close()
    await watched.clock.advance(3600)
    with pytest.raises(RefusalError) as refused:
        await watched.sees(ticket.name)
    assert refused.value.code is Code.STORE_UNAVAILABLE
    watched.clock.jump_to(at(3, 2, 11))
    await watched.clock.advance(60)
    await watched.store.start()
    for _ in range(20):
        await settled(watched)
        await watched.clock.advance(60)
    assert await until_recorded(watched, ticket.name, "escalated", 1)


async def test_what_happened_while_nobody_watched_is_recorded_at_its_own_instant(desk: Office) -> None:
    ticket = await desk.opens()
    desk.clock.jump_to(at(3, 9, 9))
    assert await desk.service.clocks.look() == 0
    events = [event for event in await desk.history(ticket.name) if event.kind in {"escalated", "clock_missed"}]
    assert [event.event_time.ToDatetime() for event in events] == [
        instant.replace(tzinfo=None) for instant in (at(3, 2, 11), at(3, 2, 12), at(3, 2, 13, 30), at(3, 2, 14))
    ]
    assert {event.record_time.ToDatetime() for event in events} == {at(3, 9, 9).replace(tzinfo=None)}
    assert [found.name for found in (await desk.finds(missed=True)).tickets] == [ticket.name]
    assert await desk.store.next_at() is None


async def test_people_find_what_calls_them(desk: Office) -> None:
    quiet = await desk.opens()
    await desk.clock.advance(3 * 3600)
    major = await desk.opens(**(WRITTEN | {"urgency": pb.TicketDetails.URGENCY_MAJOR}))
    await desk.service.clocks.look()

    async def calling(role: pb.Role.ValueType) -> list[str]:
        return [ticket.name for ticket in (await desk.finds(called=role)).tickets]

    assert await calling(pb.ROLE_LEADER) == [major.name, quiet.name]
    assert await calling(pb.ROLE_MANAGER) == [major.name]
    assert await calling(pb.ROLE_AGENT) == []
    moved = await desk.acts(await desk.acts(quiet, "submit", AGENT), "hand_over", LEADER)
    assert moved.clocks[0].calls
    assert await calling(pb.ROLE_SUPERVISOR) == [major.name]


async def test_many_that_look_at_the_same_time_record_each_fact_once(desk: Office) -> None:
    names = [(await desk.opens()).name for _ in range(10)]
    desk.clock.jump_to(at(3, 3, 9))
    assert await asyncio.gather(*(desk.service.clocks.look() for _ in range(4))) == [0, 0, 0, 0]
    for name in names:
        kinds = [event.kind for event in await desk.history(name)]
        assert (kinds.count("escalated"), kinds.count("clock_missed")) == (3, 1)


async def test_people_and_clocks_at_the_same_moment_lose_nothing(desk: Office) -> None:
    tickets = [await desk.opens() for _ in range(10)]
    desk.clock.jump_to(at(3, 3, 9))
    moved = await asyncio.gather(*(desk.acts(each, "submit", AGENT) for each in tickets), desk.service.clocks.look())
    assert moved.pop() == 0
    for ticket in tickets:
        kinds = [event.kind for event in await desk.history(ticket.name)]
        assert [kinds.count(kind) for kind in ("escalated", "clock_missed", "moved")] == [3, 1, 1]


@pytest.fixture(params=["sqlite", "postgresql"])
def killable(request: pytest.FixtureRequest, tmp_path: Path) -> Killable:
    """Arguments of the process to kill, and what opens its store."""
    if request.param == "sqlite":
        path = tmp_path / "tickets.db"
        return ["sqlite", str(path)], lambda: sqlite_tickets(path)
    dsn, schema = request.getfixturevalue("postgresql_dsn"), fresh_schema()
    return ["postgresql", dsn, schema], lambda: postgresql_tickets(dsn, SystemClock(), schema=schema)


async def said_before_kill(arguments: list[str]) -> list[str]:
    """Lines that the process managed to say before it was killed, at some moment under load."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "ticket_clock_load.py", *arguments, cwd=_SUPPORT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    said = [await process.stdout.readline() for _ in range(_ENOUGH)]
    process.kill()
    said += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    return [line.decode().strip() for line in said if line.endswith(b"\n")]


async def test_a_kill_loses_no_clock(killable: Killable) -> None:
    arguments, store = killable
    said = await said_before_kill(arguments)
    names = [line.split()[1].removeprefix("tickets/") for line in said if line.startswith("opened")]
    assert len(said) >= _ENOUGH
    assert names
    assert "looked" in said
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(office(store(), _LONG_AFTERWARDS))
        assert await desk.service.clocks.look() == 0
        before = 0
        for name in names:
            found = await desk.service.desk.found(name)
            events = [recorded.event for recorded in found.history]
            untouched = [event for event in events if not isinstance(event, OF_TIME)]
            expected = decide(rules("complaint"), rebuilt(name, untouched), LookAtClocks(), _LONG_AFTERWARDS)
            assert [event for event in events if isinstance(event, OF_TIME)] == list(expected)  # type: ignore[arg-type]
            calls = [event.to for event in events if isinstance(event, Escalated)]
            assert calls == [Role.LEADER, Role.SUPERVISOR, Role.MANAGER]
            assert sum(isinstance(event, ClockMissed) for event in events) == 1
            before += any(
                isinstance(recorded.event, OF_TIME) and recorded.recorded_at < _LONG_AFTERWARDS
                for recorded in found.history
            )
        assert before, "nothing ran out before the kill: the test proves less than it should"


async def test_a_ticket_that_cannot_be_looked_at_keeps_no_other_waiting(desk: Office) -> None:
    lost = Rules(replace(rules("complaint").flow, version=99), HOURS_2026)
    begun = open_ticket(lost, COMPLAINT, AGENT, desk.clock.now())
    assert isinstance(begun, tuple)
    await desk.store.write([Change(rebuilt("T0", begun), 0, begun)], desk.clock.now())
    good = await desk.opens()
    desk.clock.jump_to(at(3, 3, 9))
    assert await desk.service.clocks.look() == 1
    assert "clock_missed" in [event.kind for event in await desk.history(good.name)]
