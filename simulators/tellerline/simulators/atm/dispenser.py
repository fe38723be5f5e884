"""Cassettes of notes, and the machine that presents notes to the customer."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import orjson

from tellerline.simulators.atm.files import DamagedFileError, replace_file

NEW_CASSETTES: Mapping[int, int] = {100_00: 2_000, 50_00: 1_000, 10_00: 1_000}
"""Notes by their value in minor units."""


class Jam(enum.Enum):
    """What goes wrong inside the machine, once."""

    WHOLE = "jam"
    """Nothing is presented; the notes that were picked lie in the reject bin."""
    PART = "short"
    """The first note is presented, the others lie in the reject bin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """``cassettes`` and ``rejected`` are counts by value; ``last`` is the newest order, ``presented`` what the customer
    could take of it, in minor units."""

    cassettes: Mapping[int, int] = field(default_factory=lambda: dict(NEW_CASSETTES))
    rejected: Mapping[int, int] = field(default_factory=dict)
    last: str = ""
    presented: int = 0


class Dispenser:
    """Its stock is in a file of its own, which changes in the same instant in which notes come out: after a loss of
    power it tells what the customer got. Raises ``DamagedFileError`` for a file that tells no stock."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.stock = _load(file) if file.exists() else Stock()

    def plan(self, amount: int) -> Mapping[int, int] | None:
        """The notes that make ``amount``, large ones first; nothing when the cassettes cannot make it."""
        return _combine(amount, sorted(self.stock.cassettes.items(), reverse=True)) if amount > 0 else None

    def dispense(self, order: str, notes: Mapping[int, int], jam: Jam | None = None) -> int:
        """Present ``notes`` and return their value, less what jams. Blocks until the stock is on disk."""
        presented = _presented(notes, jam)
        rejected = {value: count - presented.get(value, 0) for value, count in notes.items()}
        self.stock = replace(
            self.stock,
            cassettes={value: count - notes.get(value, 0) for value, count in self.stock.cassettes.items()},
            rejected=_sum(self.stock.rejected, rejected),
            last=order,
            presented=sum(value * count for value, count in presented.items()),
        )
        replace_file(self._file, orjson.dumps(asdict(self.stock), option=orjson.OPT_NON_STR_KEYS))
        return self.stock.presented

    def presented(self, order: str) -> int:
        """What came out for ``order``, 0 if the machine never began it. Known for the newest order alone."""
        return self.stock.presented if self.stock.last == order else 0


def _presented(notes: Mapping[int, int], jam: Jam | None) -> Mapping[int, int]:
    if jam is None:
        return notes
    return {} if jam is Jam.WHOLE else {max(notes): 1}


def _sum(left: Mapping[int, int], right: Mapping[int, int]) -> Mapping[int, int]:
    total = {value: left.get(value, 0) + right.get(value, 0) for value in {*left, *right}}
    return {value: count for value, count in total.items() if count}


def _combine(amount: int, stock: list[tuple[int, int]]) -> Mapping[int, int] | None:
    if amount == 0:
        return {}
    if not stock:
        return None
    (value, held), rest = stock[0], stock[1:]
    for count in range(min(amount // value, held), -1, -1):
        smaller = _combine(amount - value * count, rest)
        if smaller is not None:
            return {value: count, **smaller} if count else smaller
    return None


def _load(file: Path) -> Stock:
    try:
        said = orjson.loads(file.read_bytes())
        places = ("cassettes", "rejected")
        counts = {name: {int(value): int(count) for value, count in said[name].items()} for name in places}
        return Stock(**(said | counts))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DamagedFileError(file) from error
