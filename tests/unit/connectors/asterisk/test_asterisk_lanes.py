"""Turns are had in the order in which they were asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tellerline.connectors.asterisk.lanes import Lanes


class Visitors:
    def __init__(self) -> None:
        self.lanes = Lanes()
        self.inside: list[str] = []
        self.came: list[str] = []

    async def visit(self, name: str, keys: Sequence[str], passes: int = 3) -> None:
        async with self.lanes.turn(*keys):
            self.came.append(name)
            self.inside.append(name)
            for _ in range(passes):
                await asyncio.sleep(0)
            self.inside.remove(name)


async def test_one_after_the_other_at_one_key() -> None:
    visitors = Visitors()
    await asyncio.gather(*(visitors.visit(name, ["leg"], 6 - place) for place, name in enumerate("abcdef")))
    assert visitors.came == list("abcdef")


async def test_who_shares_no_key_waits_for_nobody() -> None:
    visitors = Visitors()
    slow = asyncio.create_task(visitors.visit("slow", ["a"], 1000))
    await asyncio.sleep(0)
    await visitors.visit("quick", ["b"])
    assert visitors.inside == ["slow"]
    await slow


async def test_order_holds_at_each_of_several_keys() -> None:
    visitors = Visitors()
    wanted = [("first", "a"), ("both", "ab"), ("second", "b"), ("third", "a")]
    await asyncio.gather(*(visitors.visit(name, keys) for name, keys in wanted))
    assert visitors.came.index("first") < visitors.came.index("both") < visitors.came.index("second")
    assert visitors.came.index("both") < visitors.came.index("third")


async def test_crossed_keys_do_not_block() -> None:
    visitors = Visitors()
    async with asyncio.timeout(30):
        await asyncio.gather(visitors.visit("ab", ["a", "b"]), visitors.visit("ba", ["b", "a"]))
    assert visitors.came == ["ab", "ba"]


async def test_who_gives_up_lets_nobody_pass_too_early() -> None:
    visitors = Visitors()
    slow = asyncio.create_task(visitors.visit("slow", ["a"], 20))
    await asyncio.sleep(0)
    impatient = asyncio.create_task(visitors.visit("impatient", ["a"]))
    await asyncio.sleep(0)
    next_one = asyncio.create_task(visitors.visit("next", ["a"]))
    await asyncio.sleep(0)
    impatient.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    assert visitors.inside == ["slow"]
    await asyncio.gather(slow, next_one)
    assert visitors.came == ["slow", "next"]
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_a_turn_that_fails_is_over() -> None:
    visitors = Visitors()
    with pytest.raises(ZeroDivisionError):
        async with visitors.lanes.turn("a"):
            raise ZeroDivisionError
    async with asyncio.timeout(30):
        await visitors.visit("next", ["a"])
