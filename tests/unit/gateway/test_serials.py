"""Global serials: shape, order, and a clock that goes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.gateway.serials import Serials

START = datetime(2026, 3, 2, tzinfo=UTC)


def test_serials_are_26_characters_and_strictly_increase_within_one_instant() -> None:
    serials = Serials(VirtualClock(START), SeededRandomness(1))
    drawn = [serials.next() for _ in range(5000)]
    assert all(len(serial) == 26 and serial.isalnum() and serial.isupper() for serial in drawn)
    assert drawn == sorted(set(drawn))


async def test_serials_increase_even_when_the_clock_is_set_back_an_hour() -> None:
    """Faults card 56."""
    clock = VirtualClock(START)
    serials = Serials(clock, SeededRandomness(1))
    before = serials.next()
    clock.jump_to(START - timedelta(hours=1))
    after = serials.next()
    clock.jump_to(START + timedelta(hours=1))
    assert before < after < serials.next()


def test_two_processes_do_not_meet() -> None:
    clock = VirtualClock(START)
    first, second = Serials(clock, SeededRandomness(1)), Serials(clock, SeededRandomness(2))
    assert not {first.next() for _ in range(1000)} & {second.next() for _ in range(1000)}


async def test_each_millisecond_begins_with_chance_of_its_own() -> None:
    clock = VirtualClock(START)
    serials = Serials(clock, SeededRandomness(1))
    chances = set()
    for millisecond in range(200):
        clock.jump_to(START + timedelta(milliseconds=millisecond))
        chances.add(serials.next()[10:])
    assert len(chances) == 200


class Highest(SeededRandomness):
    """Draws ones alone, so that the last characters are used up at once."""

    def bytes(self, count: int) -> bytes:
        return b"\xff" * count


def number_of(serial: str) -> int:
    places = ("0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(character) for character in serial)
    return reduce(lambda number, place: number * 32 + place, places)


def test_serials_of_one_instant_are_numbers_that_follow_each_other() -> None:
    serials = Serials(VirtualClock(START), Highest(1))
    first = (int(START.timestamp() * 1000) << 80) + (1 << 79) - 1
    assert [number_of(serials.next()) for _ in range(3000)] == list(range(first, first + 3000))
