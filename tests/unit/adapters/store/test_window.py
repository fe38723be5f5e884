"""The commit window: lonely units go at once, crowds wait for company, nothing overtakes."""

from __future__ import annotations

import asyncio

from mq_worlds import eventually

from tellerline.adapters.store.window import CommitWindow


class Commits:
    """Remembers batches; the test ends them."""

    def __init__(self, *, linger: float = 0.005, largest: int = 512) -> None:
        self.batches: list[list[int]] = []
        self.window = CommitWindow(self.batches.append, linger=linger, largest=largest)

    def add(self, *units: int) -> None:
        for unit in units:
            self.window.add(unit)


async def test_a_lonely_unit_goes_at_once() -> None:
    commits = Commits()
    commits.add(1)
    assert commits.batches == [[1]]


async def test_units_gather_while_a_batch_is_under_way() -> None:
    commits = Commits()
    commits.add(1, 2, 3)
    assert commits.batches == [[1]]
    commits.window.finished()
    assert commits.batches == [[1], [2, 3]]


async def test_after_a_crowd_the_next_batch_waits_for_company() -> None:
    commits = Commits()
    commits.add(1, 2, 3, 4)
    commits.window.finished()
    commits.window.finished()
    commits.add(5)
    assert commits.batches == [[1], [2, 3, 4]]
    commits.add(6)
    await eventually(lambda: len(commits.batches) == 3)
    assert commits.batches == [[1], [2, 3, 4], [5, 6]]


async def test_a_full_batch_does_not_wait_and_the_rest_comes_next() -> None:
    commits = Commits(linger=60, largest=3)
    commits.add(1, 2, 3, 4)
    commits.window.finished()
    commits.window.finished()
    commits.add(5, 6, 7, 8)
    assert commits.batches == [[1], [2, 3, 4], [5, 6, 7]]


async def test_drain_waits_for_all_and_lets_nothing_linger() -> None:
    commits = Commits(linger=60)
    commits.add(1, 2, 3, 4)
    commits.window.finished()
    commits.add(5)
    draining = asyncio.create_task(commits.window.drain())
    await asyncio.sleep(0)
    assert not draining.done()
    commits.window.finished()
    await eventually(lambda: commits.batches[-1] == [5])
    assert not draining.done()
    commits.window.finished()
    await draining
