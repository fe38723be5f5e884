"""Calendars changed while a gateway runs: at once, kept with who asked, followed by others, never half."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from gateway_world import ACCOUNT, START, World, make_world, settings_for
from plan_lives import Kept

from tellerline.adapters.clock import VirtualClock
from tellerline.connectors.discovery import discover
from tellerline.connectors.manifest import ManifestError
from tellerline.gateway.hosts.policy import HostPolicy
from tellerline.gateway.journal.records import RoutingVerdict, State
from tellerline.gateway.journal.sqlite import SqliteStore
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.settings import HostSettings
from tellerline.routing.model.accounts import AccountKind, ReportLoss
from tellerline.routing.model.codes import Code

OPEN = '[calendar]\nzone = "Asia/Shanghai"\n'
CLOSED = (
    OPEN
    + """
[[calendar.dated]]
from = "2026-03-02T11:00"
to = "2026-03-02T13:00"
[stand_in]
"accounts.ReportLoss" = "queue"
"""
)
MANIFEST = next(folder.manifest for folder in discover() if folder.name == "core")


@asynccontextmanager
async def gateway(folder: Path, store: SqliteStore, clock: VirtualClock, instance: str) -> AsyncIterator[World]:
    """At noon; the calendar's file is ``core-day.toml``."""
    hosts = {"core": HostSettings(calendar=folder / "core-day.toml")}
    world = make_world(
        folder,
        clock=clock,
        settings=settings_for(instance=instance).model_copy(update={"hosts": hosts}),
        database=Kept(store),  # type: ignore[arg-type]
        policy=HostPolicy.of(MANIFEST),
        read_day=MANIFEST.day_of,
        seed=instance,
    )
    await world.run(world.gateway.start())
    yield world
    await world.run(world.gateway.close())
    world.close_log()


@pytest.fixture
async def store(tmp_path: Path, clock: VirtualClock) -> AsyncIterator[SqliteStore]:
    put(tmp_path, OPEN)
    store = SqliteStore(tmp_path / "journal.db", clock)
    await store.start()
    yield store
    await store.close()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


def put(folder: Path, text: str) -> None:
    (folder / "core-day.toml").write_text(text, "utf-8")


async def reload(world: World, operator: str = "li.na") -> RoutingVerdict:
    [change] = await world.run(world.gateway.parts.calendars.reload("", operator))
    return change.verdict


async def test_a_host_is_closed_and_opened_again_while_traffic_runs(
    tmp_path: Path, store: SqliteStore, clock: VirtualClock
) -> None:
    async with gateway(tmp_path, store, clock, "gateway") as world:
        assert (await world.ask(world.transfer())).state is State.DONE
        put(tmp_path, CLOSED)
        assert await reload(world) is RoutingVerdict.IN_FORCE
        assert await world.outcomes([world.transfer()]) == [Code.HOST_CLOSED_FOR_MAINTENANCE]
        report = await world.ask(world.request(ReportLoss(account=ACCOUNT, kind=AccountKind.CARD)))
        assert report.state is State.QUEUED
        put(tmp_path, OPEN)
        assert await reload(world) is RoutingVerdict.IN_FORCE
        await world.pass_time(5)
        assert (await world.record(report.global_serial)).state is State.DONE
        changes = await world.gateway.parts.calendars.changes("core")
        assert [(change.operator, change.verdict) for change in changes] == [
            ("li.na", RoutingVerdict.IN_FORCE),
            ("li.na", RoutingVerdict.IN_FORCE),
            ("start", RoutingVerdict.IN_FORCE),
        ]
        assert changes[1].content == CLOSED


@pytest.mark.parametrize("bad", ["[calendar\n", '[calendar]\nzone = "Asia/Nowhere"\n', OPEN + "[stand_in]\nx = 1\n"])
async def test_a_bad_file_leaves_the_old_calendar_in_force(
    tmp_path: Path, store: SqliteStore, clock: VirtualClock, bad: str
) -> None:
    put(tmp_path, CLOSED)
    async with gateway(tmp_path, store, clock, "gateway") as world:
        put(tmp_path, bad)
        assert await reload(world) is RoutingVerdict.REFUSED
        assert await world.outcomes([world.transfer()]) == [Code.HOST_CLOSED_FOR_MAINTENANCE]
        [refused, _] = await world.gateway.parts.calendars.changes("core")
        assert "core-day.toml" in refused.reason
        assert '"calendar_refused"' in world.logged()


async def test_other_gateways_follow(tmp_path: Path, store: SqliteStore, clock: VirtualClock) -> None:
    async with gateway(tmp_path, store, clock, "one") as one, gateway(tmp_path, store, clock, "two") as two:
        put(tmp_path, CLOSED)
        await reload(one)
        await two.pass_time(3)
        assert await two.outcomes([two.transfer("T1")]) == [Code.HOST_CLOSED_FOR_MAINTENANCE]
        assert '"calendar_followed"' in two.logged()


async def test_what_cannot_be_reloaded_says_so(tmp_path: Path, store: SqliteStore, clock: VirtualClock) -> None:
    async with gateway(tmp_path, store, clock, "gateway") as world:
        with pytest.raises(RefusalError) as refused:
            await world.gateway.parts.calendars.reload("nowhere", "li.na")
        assert refused.value.code is Code.INVALID_REQUEST
        (tmp_path / "core-day.toml").unlink()
        assert await reload(world) is RoutingVerdict.REFUSED


async def test_a_gateway_does_not_start_with_a_calendar_that_it_cannot_follow(
    tmp_path: Path, store: SqliteStore, clock: VirtualClock
) -> None:
    put(tmp_path, "[calendar\n")
    with pytest.raises(ManifestError):
        async with gateway(tmp_path, store, clock, "gateway"):
            pass
