"""Settling only while no reversal can be on its way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from journal_rows import acceptance, doubted, settlement

from tellerline.gateway.journal.port import Journal, Store
from tellerline.gateway.journal.records import DoubtStage, State

OPEN = frozenset({State.PENDING, State.IN_DOUBT})


@pytest.mark.parametrize(
    ("stage", "settles"),
    [
        (DoubtStage.INQUIRE, True),
        (DoubtStage.REVERSE, False),
        (DoubtStage.FORWARD, False),
        (DoubtStage.MANUAL, False),
    ],
)
async def test_an_open_doubt_past_inquiry_is_settled_by_its_reversal_only(
    journal: Journal, other: Store, stage: DoubtStage, settles: bool
) -> None:
    row = acceptance()
    await journal.accept(row)
    await journal.settle(doubted(row, stage=stage), OPEN)
    late = replace(settlement(row.global_serial), before_reversal=True)
    assert (await other.journal.settle(late, OPEN) is not None) is settles
    assert await journal.settle(replace(late, before_reversal=False), OPEN) is None or not settles


async def test_a_row_without_a_doubt_is_settled(journal: Journal) -> None:
    row = acceptance()
    await journal.accept(row)
    done = replace(settlement(row.global_serial), before_reversal=True)
    assert await journal.settle(done, OPEN) is not None
