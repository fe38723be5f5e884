"""Answers mutilated in every way: the machine lives on, and the books are right when the line is good again."""

from __future__ import annotations

from pathlib import Path

import pytest
from acquirer_host import CARD, Acquirer
from atm_bench import a_machine, a_place, settled

from tellerline.adapters.clock import SeededRandomness

_WITHDRAWALS = 12


class BadLine:
    """Leaves half of the frames alone; others are cut off, changed, doubled or replaced."""

    def __init__(self, seed: int) -> None:
        self._chance = SeededRandomness(seed)

    def __call__(self, frame: bytes) -> bytes:
        way, at = self._chance.below(8), self._chance.below(len(frame))
        match way:
            case 0:
                return frame[:at]
            case 1:
                return frame[:at] + self._chance.bytes(1) + frame[at + 1 :]
            case 2:
                return frame + frame
            case 3:
                noise = self._chance.bytes(40)
                return len(noise).to_bytes(2) + noise + frame
            case _:
                return frame


@pytest.mark.parametrize("seed", range(2))
async def test_no_answer_breaks_the_machine(acquirer: Acquirer, tmp_path: Path, seed: int) -> None:
    acquirer.on_the_wire = BadLine(seed)
    dispensed = 0
    async with a_machine(a_place(acquirer, reply_seconds=25.0), tmp_path) as machine:
        for _ in range(_WITHDRAWALS):
            dispensed += (await machine.withdraw(100_00)).dispensed
    acquirer.on_the_wire = bytes
    async with a_machine(a_place(acquirer), tmp_path) as machine:
        await settled(machine)
        assert not machine.journal.open
    assert dispensed > 0
    assert acquirer.books[CARD] == 10_000_00 - dispensed
