"""Who watches and does not read, or is gone, holds up nobody and costs no memory that grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from live_site import LiveSite
from site_facts import entry
from site_services import Centre, centre, context

from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.agents.v1.agents_pb2_grpc import AgentServiceStub
from tellerline.callcenter.live.feed import Feed
from tellerline.callcenter.live.log import sqlite_log
from tellerline.callcenter.live.records import EVERYTHING, Recorded
from tellerline.callcenter.site import commands as c

COMMANDS = 600


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Centre]:
    async with centre(tmp_path) as opened:
        yield opened


async def busy(site: LiveSite) -> None:
    for number in range(COMMANDS):
        await site.done(c.BecomeNotReady(actor="A1", agent="A1", cause=f"CAUSE_{number}", reason="x" * 400))


async def test_a_watcher_who_does_not_read_holds_up_nobody_and_misses_nothing(desk: Centre) -> None:
    await desk.sign_in("A1")
    watching: Any = desk.agents.WatchEvents(agents.WatchEventsRequest(context=context("L1"), resume_token="begin"))
    events = aiter(watching)
    first = await desk.ask(anext(events))
    await asyncio.wait_for(busy(desk.site), 60)
    last = desk.site.feed.last
    tokens = [int(first.resume_token)]
    while tokens[-1] < last:
        tokens.append(int((await desk.ask(anext(events))).resume_token))
    assert tokens == list(range(1, last + 1))
    watching.cancel()


async def test_watchers_who_vanish_are_forgotten(desk: Centre) -> None:
    await desk.sign_in("A1")
    before = len(asyncio.all_tasks())
    for _ in range(20):
        async with grpc.aio.insecure_channel(f"127.0.0.1:{desk.port}") as channel:
            watching: Any = AgentServiceStub(channel).WatchEvents(
                agents.WatchEventsRequest(context=context("L1"), resume_token="begin")
            )
            await desk.ask(anext(aiter(watching)))
    for _ in range(10_000):
        await desk.site.pass_time(0.05)
        if len(asyncio.all_tasks()) <= before + 2:
            return
    raise AssertionError(f"{len(asyncio.all_tasks()) - before} tasks more than before")


async def test_what_is_kept_in_memory_is_bounded_whoever_is_behind(tmp_path: Path) -> None:
    log = sqlite_log(tmp_path / "sites.db")
    feed = Feed(log, kept=100)
    behind = feed.follow(0, EVERYTHING)
    for number in range(1, 5_001):
        feed.publish([Recorded(number, entry(number))])
        assert len(feed._recent) <= 200
    await behind.aclose()  # type: ignore[attr-defined]
