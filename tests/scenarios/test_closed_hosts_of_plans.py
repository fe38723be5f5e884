"""A plan one of whose hosts is closed by its calendar is refused before anything is sent, whichever host it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from gateway_world import World
from plan_bench import HOSTS
from plan_lives import Life, judge, opened

from tellerline.connectors.discovery import discover as discover_hosts
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import State
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.calendar import DatedWindow, HostCalendar, HostDay, TradingHours
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Done
from tellerline.routing.transactions.plans import discover
from tellerline.simulators.ledger import ledger_sha256

ZONE = ZoneInfo("Asia/Shanghai")
PLANS = discover()
OFFERED = {
    operation: folder.name
    for folder in discover_hosts()
    for operation in folder.manifest.operations
    if folder.name in HOSTS
}
LEGS = sorted({(name, step.asks.operation) for name, plan in PLANS.items() for step in plan.steps})
OF_HOSTS = sorted({(name, OFFERED[operation]) for name, operation in LEGS})
CLOSED_FOR = timedelta(seconds=8)
"""Shorter than a quote of the foreign exchange host is locked."""


@dataclass
class Evening:
    """One plan that somebody asks for while one of its hosts is closed, until ``back``."""

    life: Life
    world: World
    store: Store
    back: datetime

    def books(self) -> list[str]:
        return [ledger_sha256(ledger) for ledger in self.life.bench.bank.ledgers().values()]

    def received(self) -> list[str]:
        return [command.operation for host in self.life.bench.hosts.values() for command, _ in host.received]

    async def refused(self) -> RefusalError:
        with pytest.raises(RefusalError) as refused:
            await self.world.ask(self.life.request)
        return refused.value


def closed_now(now: datetime) -> tuple[HostDay, datetime]:
    back = now.replace(microsecond=0) + CLOSED_FOR
    window = DatedWindow(start=_wall(now) - timedelta(minutes=1), end=_wall(back))
    return HostDay(calendar=HostCalendar(zone=ZONE, dated=(window,))), back


def traded_later(now: datetime, operation: str) -> tuple[HostDay, datetime]:
    """The host is open, but not for this one of its operations."""
    back = now.replace(microsecond=0) + CLOSED_FOR
    hours = TradingHours(operations=(operation,), sessions=((_wall(back).time(), time()),))
    return HostDay(calendar=HostCalendar(zone=ZONE, hours=(hours,), trading_days=frozenset(range(7)))), back


def _wall(instant: datetime) -> datetime:
    return instant.astimezone(ZONE).replace(tzinfo=None)


@asynccontextmanager
async def evening(folder: Path, plan: str, host: str, operation: str = "") -> AsyncIterator[Evening]:
    """``host`` is closed as a whole, or to ``operation`` alone."""
    life = await Life.begin(plan)
    now = life.bench.clock.now()
    day, back = traded_later(now, operation) if operation else closed_now(now)
    policies = life.bench.policies | {host: replace(life.bench.policies[host], day=day)}
    life = replace(life, bench=replace(life.bench, policies=policies))
    async with opened("", folder, "") as store:
        world = life.world(folder, store)
        await world.run(world.gateway.start())
        yield Evening(life, world, store, back)
        await world.run(world.gateway.close())
        world.close_log()


async def is_refused_up_front(scene: Evening, host: str, code: Code) -> None:
    books = scene.books()
    refused = await scene.refused()
    assert await scene.store.journal.get(refused.metadata["global_serial"]) is not None
    again = await scene.refused()
    back = scene.back.astimezone(ZONE).isoformat(timespec="seconds")
    assert (refused.code, refused.metadata["host"], refused.metadata["back_at"]) == (code, host, back)
    assert (again.code, again.metadata) == (refused.code, refused.metadata)
    assert (scene.received(), scene.books()) == ([], books)


async def is_done_afterwards(scene: Evening) -> None:
    scene.world.clock.jump_to(scene.back)
    settled = await scene.world.ask(replace(scene.life.request, channel_serial=f"{scene.life.number}-again"))
    assert settled.state is State.DONE
    assert scene.life.bench.mirrored() == {}


def test_each_plan_needs_two_hosts() -> None:
    """So that each is tried with a closed host that is not the first to be asked."""
    assert {name: len([host for plan, host in OF_HOSTS if plan == name]) for name in PLANS} == dict.fromkeys(PLANS, 2)


@pytest.mark.parametrize(("plan", "host"), OF_HOSTS)
async def test_a_plan_is_refused_while_one_of_its_hosts_is_in_maintenance(tmp_path: Path, plan: str, host: str) -> None:
    async with evening(tmp_path, plan, host) as scene:
        await is_refused_up_front(scene, host, Code.HOST_CLOSED_FOR_MAINTENANCE)
        row = await scene.life.row(scene.store)
        assert (row.state, row.code, row.host) == (State.NOT_SENT, Code.HOST_CLOSED_FOR_MAINTENANCE, host)
        assert await scene.store.legs.of(row.global_serial) == []
        [event] = await scene.store.journal.history(row.global_serial)
        assert event.kind == "refused_while_closed"
        assert orjson.loads(event.detail)["host"] == host
        await is_done_afterwards(scene)


@pytest.mark.parametrize(("plan", "operation"), LEGS)
async def test_a_plan_is_refused_outside_the_hours_of_one_of_its_legs(
    tmp_path: Path, plan: str, operation: str
) -> None:
    host = OFFERED[operation]
    async with evening(tmp_path, plan, host, operation) as scene:
        await is_refused_up_front(scene, host, Code.MARKET_CLOSED)
        await is_done_afterwards(scene)


@pytest.mark.parametrize("plan", sorted(PLANS))
async def test_a_plan_that_is_done_stays_so_while_its_hosts_are_closed(tmp_path: Path, plan: str) -> None:
    async with evening(tmp_path, plan, "core") as scene:
        scene.world.clock.jump_to(scene.back)
        done = await scene.world.ask(scene.life.request)
        assert isinstance(done.outcome, Done)
        scene.world.clock.jump_to(scene.back - timedelta(seconds=2))
        again: Settled = await scene.world.ask(scene.life.request)
        assert again == done
        assert await judge(scene.life, scene.store) == "DONE"
