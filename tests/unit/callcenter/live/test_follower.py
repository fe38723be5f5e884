"""Whatever is to be done about facts is done about each of them, in order, also after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from site_facts import START, entry

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.callcenter.live.feed import Feed
from tellerline.callcenter.live.follower import Follower
from tellerline.callcenter.live.log import FactLog, sqlite_log
from tellerline.callcenter.live.records import Recorded


class Centre:
    """A log whose every third fact is to be followed, and a world in which that may fail."""

    def __init__(self, log: FactLog) -> None:
        self.log = log
        self.feed = Feed(log, kept=5)
        self.clock = VirtualClock(START)
        self.done: list[int] = []
        self.fails = 0

    async def write(self, count: int) -> None:
        before = self.feed.last
        facts = [
            replace(entry(number), kind="GrantEnds" if number % 3 == 0 else "CallHeld")
            for number in range(before + 1, before + count + 1)
        ]
        await self.log.append(facts)
        self.feed.publish([Recorded(before + place, fact) for place, fact in enumerate(facts, 1)])

    async def act(self, recorded: Recorded) -> None:
        if self.fails:
            self.fails -= 1
            raise OSError("nobody there")
        self.done.append(recorded.position)

    def follower(self) -> Follower:
        logger = make_log(self.clock, LogWriter(2), level="error")
        return Follower(
            "grants", {"GrantEnds"}, self.act, log=self.log, feed=self.feed, clock=self.clock, logger=logger
        )

    async def until(self, count: int) -> None:
        for _ in range(30_000):
            if len(self.done) >= count:
                return
            await self.clock.advance(0.1)
            await asyncio.sleep(0.001)
        raise AssertionError(f"only {self.done}")


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[Centre]:
    log = sqlite_log(tmp_path / "sites.db")
    await log.start()
    await log.take()
    yield Centre(log)
    await log.close()


async def test_facts_of_its_kinds_are_acted_on_in_order(centre: Centre) -> None:
    await centre.write(10)
    follower = centre.follower()
    await follower.start()
    await centre.write(5)
    await centre.until(5)
    await follower.close()
    assert centre.done == [3, 6, 9, 12, 15]


async def test_what_fails_is_done_again_before_anything_else(centre: Centre) -> None:
    centre.fails = 4
    follower = centre.follower()
    await follower.start()
    await centre.write(7)
    await centre.until(2)
    await follower.close()
    assert centre.done == [3, 6]


async def test_the_next_process_goes_on_where_the_one_before_was(centre: Centre) -> None:
    await centre.write(6)
    first = centre.follower()
    await first.start()
    await centre.until(2)
    centre.fails = 10**6
    await centre.write(3)
    await centre.clock.advance(1)
    await first.close()
    centre.fails = 0
    assert await centre.log.cursor("grants") == 6
    second = centre.follower()
    await second.start()
    await centre.until(3)
    await second.close()
    assert centre.done == [3, 6, 9]
