"""What a site writes down is there, in order, and written by one controller alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from site_facts import entries, recorded

from tellerline.callcenter.live.log import FactLog
from tellerline.callcenter.live.records import EVERYTHING, Image, Interest
from tellerline.callcenter.live.statements import SupersededError


async def test_facts_are_counted_from_one_and_come_back_as_they_were(log: FactLog) -> None:
    assert await log.take() == 0
    assert await log.append(entries(1, 3)) == 3
    assert await log.append(entries(4, 4)) == 4
    assert await log.read(0, 4) == recorded(1, 4)
    assert await log.last() == 4


async def test_a_page_is_behind_one_position_up_to_another(log: FactLog) -> None:
    await log.take()
    await log.append(entries(1, 20))
    assert await log.read(3, 9) == recorded(4, 9)
    assert await log.read(3, 20, limit=5) == recorded(4, 8)
    assert await log.read(20, 20) == []


@pytest.mark.parametrize(
    ("interest", "every"),
    [
        (EVERYTHING, 1),
        (Interest(agent="agent-0"), 3),
        (Interest(call="call-0"), 5),
        (Interest(queue="queue-0"), 2),
        (Interest(agent="agent-0", queue="queue-0"), 6),
        (Interest(agent="agent-0", call="call-0", queue="queue-0"), 30),
        (Interest(agent="nobody"), 61),
    ],
)
async def test_a_reader_gets_whom_he_asked_for(log: FactLog, interest: Interest, every: int) -> None:
    await log.take()
    await log.append(entries(1, 60))
    wanted = [each for each in recorded(1, 60) if each.position % every == 0]
    assert await log.read(0, 60, interest) == wanted
    assert [each for each in recorded(1, 60) if interest.wants(each.entry)] == wanted


async def test_nothing_is_there_before_anything_is_written(log: FactLog) -> None:
    assert await log.last() == 0
    assert await log.image() is None
    assert await log.read(0, 100) == []


async def test_the_newest_image_is_kept(log: FactLog) -> None:
    await log.take()
    await log.append(entries(1, 5))
    for position in (3, 5):
        await log.keep(Image(position, b"state after %d" % position))
    assert await log.image() == Image(5, b"state after 5")


async def test_a_controller_goes_on_where_the_one_before_ended(open_log: Callable[[], FactLog]) -> None:
    for taken, last in ((0, 2), (2, 5)):
        log = open_log()
        await log.start()
        assert await log.take() == taken
        await log.append(entries(taken + 1, last))
        await log.close()
    log = open_log()
    await log.start()
    assert await log.read(0, 5) == recorded(1, 5)
    await log.close()


async def test_a_controller_that_was_replaced_writes_nothing_more(log: FactLog) -> None:
    await log.take()
    await log.append(entries(1, 1))
    replaced = FactLog(log._database, "main")
    await replaced.take()
    await log.take()
    for write in (replaced.append(entries(2, 3)), replaced.keep(Image(1, b""))):
        with pytest.raises(SupersededError):
            await write
    assert await log.last() == 1
    assert await log.image() is None
    assert await log.append(entries(2, 3)) == 3
    assert await log.read(0, 3) == recorded(1, 3)


async def test_sites_do_not_know_each_other(log: FactLog) -> None:
    other = FactLog(log._database, "night")
    assert await log.take() == await other.take() == 0
    await log.append(entries(1, 2))
    assert await other.append(entries(1, 1)) == 1
    assert await log.append(entries(3, 3)) == 3
    assert await other.read(0, 9) == recorded(1, 1)
