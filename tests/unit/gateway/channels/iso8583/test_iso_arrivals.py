"""Lines by address: each at its own pace, none waits for another, and whoever crowds most is refused."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from tellerline.adapters.clock import VirtualClock
from tellerline.gateway.channels.iso8583.arrivals import Arrivals, Taken

PER_SECOND, BURST = 100, 20
CROWD, OTHER = "192.0.2.1", "192.0.2.2"


class Door:
    """Remembers who came in and who was refused. There is ``room`` for so many."""

    def __init__(self, most: int = 1000) -> None:
        self.clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
        self.came: list[str] = []
        self.refused: list[str] = []
        self.left: set[str] = set()
        self.room = 1_000_000
        self.in_a_row = self.most_in_a_row = 0
        self.arrivals: Arrivals[str] = Arrivals(
            self.clock,
            per_second=PER_SECOND,
            burst=BURST / PER_SECOND,
            most=most,
            take=self._take,
            refuse=self.refused.append,
        )

    def _take(self, comer: str) -> Taken:
        if not self.in_a_row:
            asyncio.get_running_loop().call_soon(self._others)
        self.in_a_row += 1
        self.most_in_a_row = max(self.most_in_a_row, self.in_a_row)
        if comer in self.left:
            return Taken.GONE
        if not self.room:
            return Taken.LATER
        self.room -= 1
        self.came.append(comer)
        return Taken.IN

    def _others(self) -> None:
        self.in_a_row = 0

    def come(self, address: str, *, number: int = 1, named: str = "") -> list[str]:
        comers = [f"{named or address}/{at}" for at in range(number)]
        for comer in comers:
            self.arrivals.come(address, comer)
        return comers


async def test_an_address_comes_at_its_pace_in_order_and_loses_nobody() -> None:
    door = Door()
    crowd = door.come(CROWD, number=500)
    assert door.came == crowd[:BURST]
    await door.clock.advance(1)
    assert door.came == crowd[: BURST + PER_SECOND]
    await door.clock.advance(3.81)
    assert door.came == crowd
    assert not door.refused


async def test_nobody_waits_for_another_address() -> None:
    door = Door()
    door.come(CROWD, number=900)
    others = [comer for at in range(300) for comer in door.come(f"192.0.2.{at + 2}")]
    assert door.came[BURST:] == others


async def test_who_crowds_most_loses_its_newest_and_others_come_in_as_ever() -> None:
    door = Door(most=100)
    crowd = door.come(CROWD, number=BURST + 100)
    assert not door.refused
    late = door.come(CROWD, number=5, named="late")
    assert door.refused == late
    other = door.come(OTHER, number=BURST + 30)
    assert door.refused == late + crowd[: BURST + 70 - 1 : -1]
    await door.clock.advance(10)
    assert sorted(door.came) == sorted(crowd[: BURST + 70] + other)


async def test_among_those_who_crowd_alike_the_newest_is_refused() -> None:
    door = Door(most=1)
    first = door.come(CROWD, number=BURST + 1)
    second = door.come(OTHER, number=BURST + 1)
    assert door.refused == second[-1:]
    await door.clock.advance(1)
    assert door.came == first[:BURST] + second[:BURST] + first[-1:]


async def test_who_hung_up_costs_those_behind_him_nothing() -> None:
    door = Door()
    crowd = door.come(CROWD, number=900)
    door.left = set(crowd[BURST:-1])
    await door.clock.advance(0.02)
    assert door.came == [*crowd[:BURST], crowd[-1]]


async def test_many_who_hung_up_do_not_hold_up_those_who_are_in() -> None:
    door = Door()
    crowd = door.come(CROWD, number=900)
    door.left = set(crowd[BURST:])
    door.in_a_row = door.most_in_a_row = 0
    await door.clock.advance(1)
    assert 0 < door.most_in_a_row < 10
    assert not door.arrivals.close()


async def test_an_address_is_forgotten_when_it_makes_no_difference() -> None:
    door = Door()
    for at in range(1000):
        door.come(f"192.0.2.{at}")
    assert len(door.arrivals) == 1000
    await door.clock.advance(1 / PER_SECOND)
    assert len(door.arrivals) == 0
    crowd = door.come(CROWD, number=BURST)
    await door.clock.advance(0.15)
    assert len(door.arrivals) == 1, "it would have a whole burst again"
    crowd += door.come(CROWD, number=BURST, named="again")
    assert door.came[1000:] == crowd[: BURST + 15]
    await door.clock.advance(0.26)
    assert len(door.arrivals) == 0


async def test_who_is_to_come_later_comes_when_there_is_room_one_address_after_the_other() -> None:
    door = Door()
    door.room = 0
    crowd, other = door.come(CROWD, number=3), door.come(OTHER, number=3)
    await door.clock.advance(10)
    assert not door.came
    door.left = {crowd[1]}
    for came in (crowd[0], other[0], crowd[2], other[1], other[2]):
        door.room = 1
        door.arrivals.room()
        assert door.came[-1] == came
    assert len(door.came) == 5


async def test_those_who_wait_are_given_back_in_the_end() -> None:
    door = Door()
    crowd = door.come(CROWD, number=BURST + 5)
    assert door.arrivals.close() == crowd[BURST:]
    await door.clock.advance(10)
    assert door.came == crowd[:BURST]
    assert len(door.arrivals) == 0


@pytest.mark.parametrize("most", [1, 3])
async def test_who_waits_for_room_and_is_refused_is_not_called_again(most: int) -> None:
    door = Door(most=most)
    door.room = 0
    for at in range(6):
        door.come(f"192.0.2.{at}")
    assert door.refused == [f"192.0.2.{at}/0" for at in range(most, 6)]
    door.room = 6
    for _ in range(6):
        door.arrivals.room()
    assert door.came == [f"192.0.2.{at}/0" for at in range(most)]
