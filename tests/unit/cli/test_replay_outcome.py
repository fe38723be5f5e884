"""When a replay holds, and what its document says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from berka_sample import FIRST

from tellerline.cli.replay.account_days import AccountDay
from tellerline.cli.replay.loading import Loaded
from tellerline.cli.replay.orders import Tally
from tellerline.cli.replay.outcome import Outcome, Surroundings, crowns
from tellerline.cli.replay.verification import TransferCheck

_LIMITS = {"single": 2_000_000, "daily": 5_000_000, "count": 3}


@pytest.fixture
def outcome() -> Outcome:
    """Of two transfers, all well; one account-day has a gap in the file."""
    return Outcome(
        surroundings=Surroundings(store="sqlite", mq="memory", front="connect", limits=_LIMITS, seed=None),
        loaded=Loaded(customers=2, accounts=1, disponents=1, cards=1, loans=1),
        tally=Tally(sent=2, serials={"11": "G1", "12": "G2"}),
        transfers=TransferCheck(done=2, total=55_000, wrong=()),
        ordered=2,
        doubts_left=0,
        balances=1,
        balances_wrong=[],
        days=[AccountDay(account="7", day=FIRST, expected=-1_050, found=0)],
        loans=1,
        loans_wrong=[],
        ledger_sha256="ab",
        ledger_sum=0,
        struck={},
        requests=10,
        seconds={"days": 2.0},
    )


def test_gaps_in_the_file_are_listed_and_held_against_nobody(outcome: Outcome) -> None:
    assert outcome.holds
    document = outcome.document()
    assert document["breaks"] == [{"account": "7", "date": "1993-01-04", "expected": "-10.50", "found": "0.00"}]
    assert (document["account_days"], document["exact"], document["rounded"]) == (1, 0, 0)
    assert (document["transfers_total"], document["transactions_per_s"]) == ("550.00", 5.0)
    assert document["limits"] == {"single": "20000.00", "daily": "50000.00", "count": 3}
    assert document["faults"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"transfers": TransferCheck(done=1, total=1, wrong=("12",))},
        {"transfers": TransferCheck(done=2, total=1, wrong=("not in the file: x",))},
        {"tally": Tally(sent=2, serials={"11": "G1"}, failed={"12": "INSUFFICIENT_FUNDS"})},
        {"ordered": 3},
        {"doubts_left": 1},
        {"ledger_sum": 1},
        {"balances_wrong": ["7"]},
        {"loans_wrong": ["5"]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_anything_amiss_fails_the_replay(outcome: Outcome, change: dict[str, Any]) -> None:
    assert not replace(outcome, **change).holds


@pytest.mark.parametrize(("hellers", "text"), [(0, "0.00"), (-5, "-0.05"), (2_004_832_080, "20048320.80")])
def test_crowns(hellers: int, text: str) -> None:
    assert crowns(hellers) == text
