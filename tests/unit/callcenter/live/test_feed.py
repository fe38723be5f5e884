"""Readers of a site's feed get each fact once, in order, from wherever they were."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from site_facts import entries, recorded

from tellerline.callcenter.live.feed import Feed, PositionUnknownError
from tellerline.callcenter.live.log import FactLog, sqlite_log
from tellerline.callcenter.live.records import EVERYTHING, Interest, Recorded


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[FactLog]:
    opened = sqlite_log(tmp_path / "sites.db")
    await opened.start()
    await opened.take()
    yield opened
    await opened.close()


class Writer:
    """Writes facts and publishes them, as a site's loop does."""

    def __init__(self, log: FactLog, feed: Feed) -> None:
        self._log = log
        self._feed = feed

    async def write(self, count: int) -> None:
        before = self._feed.last
        await self._log.append(entries(before + 1, before + count))
        self._feed.publish(recorded(before + 1, before + count))


async def all_of(feed: Feed, after: int = 0, interest: Interest = EVERYTHING) -> list[Recorded]:
    return [each async for each in feed.follow(after, interest)]


async def test_what_was_comes_first_and_then_what_is_to_come(log: FactLog) -> None:
    feed = Feed(log, kept=3)
    writer = Writer(log, feed)
    await writer.write(20)
    reading = asyncio.create_task(all_of(feed, 4))
    for count in (1, 5, 2):
        await writer.write(count)
    feed.close()
    assert await reading == recorded(5, 28)


async def test_a_reader_waits_for_what_interests_him(log: FactLog) -> None:
    feed = Feed(log)
    writer = Writer(log, feed)
    following = feed.follow(0, Interest(agent="agent-0"))
    first = asyncio.ensure_future(anext(following))
    await writer.write(2)
    await asyncio.sleep(0)
    assert not first.done()
    await writer.write(1)
    assert (await first).position == 3


@pytest.mark.parametrize("position", [-1, 6])
async def test_a_position_of_another_site_is_told(log: FactLog, position: int) -> None:
    feed = Feed(log)
    await Writer(log, feed).write(5)
    with pytest.raises(PositionUnknownError):
        await all_of(feed, position)


async def test_after_a_start_the_log_is_all_there_is(log: FactLog) -> None:
    await log.append(entries(1, 1200))
    feed = Feed(log)
    feed.begin(1200)
    feed.close()
    assert await all_of(feed) == recorded(1, 1200)
    wanted = [each for each in recorded(1, 1200) if each.position % 5 == 0]
    assert await all_of(feed, 0, Interest(call="call-0")) == wanted


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    steps=st.lists(st.integers(1, 40), min_size=1, max_size=12),
    kept=st.integers(1, 30),
    pace=st.lists(st.integers(1, 25), min_size=1),
    agent=st.sampled_from(["", "agent-0", "agent-2"]),
)
async def test_nobody_misses_or_doubles_a_fact_at_any_pace(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], kept: int, pace: list[int], agent: str
) -> None:
    """The reader comes back, each time after so many facts, with the last position that he has."""
    log = sqlite_log(tmp_path_factory.mktemp("site") / "sites.db")
    await log.start()
    await log.take()
    feed, interest = Feed(log, kept=kept), Interest(agent=agent)
    had: list[Recorded] = []

    async def read() -> None:
        for patience in (*pace, 10**6):
            position = had[-1].position if had else 0
            left = patience
            async for each in feed.follow(position, interest):
                had.append(each)
                left -= 1
                if not left:
                    break

    reading = asyncio.create_task(read())
    writer = Writer(log, feed)
    for count in steps:
        await writer.write(count)
    feed.close()
    await reading
    await log.close()
    assert had == [each for each in recorded(1, sum(steps)) if interest.wants(each.entry)]


async def test_a_listener_hears_each_fact_before_any_reader_and_past_facts_stay(log: FactLog) -> None:
    feed = Feed(log, kept=3)
    heard: list[Recorded] = []
    feed.listen(heard.append)
    reading = asyncio.create_task(all_of(feed))
    await Writer(log, feed).write(12)
    assert heard == recorded(1, 12)
    assert not reading.done()
    assert await feed.past(EVERYTHING) == recorded(1, 12)
    of_one = Interest(agent="agent-0")
    assert await feed.past(of_one) == [each for each in recorded(1, 12) if of_one.wants(each.entry)]
    feed.close()
    assert await reading == heard


async def test_a_listener_is_told_that_it_has_missed_something(log: FactLog) -> None:
    feed = Feed(log)
    missed: list[int] = []
    feed.listen(lambda each: None, lambda: missed.append(feed.last))
    await Writer(log, feed).write(3)
    feed.begin(3)
    assert missed == []
    feed.begin(4)
    assert len(missed) == 1
