"""Closing balances from rows in no order, and the verdicts on account-days."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellerline.cli.replay.account_days import AccountDay, Verdict, closing_balance, reconcile
from tellerline.cli.replay.berka_files import BerkaFileError, read_bank


@given(
    opening=st.integers(0, 10**7),
    movements=st.lists(st.integers(-(10**6), 10**6).filter(lambda m: abs(m) > 100), min_size=1, max_size=6),
    seed=st.randoms(use_true_random=False),
)
def test_a_shuffled_day_closes_where_it_closed(opening: int, movements: list[int], seed: object) -> None:
    steps, balance = [], opening
    for movement in movements:
        balance += movement
        steps.append((movement, balance))
    seed.shuffle(steps)  # type: ignore[attr-defined]
    assert closing_balance(steps, opening) == balance


def test_a_day_behind_a_gap_starts_at_its_own_first_row() -> None:
    assert closing_balance([(-100, 900), (50, 950)], opening=5000) == 950


@pytest.mark.parametrize(("found", "verdict"), [(1000, Verdict.EXACT), (1020, Verdict.ROUNDED), (979, Verdict.BREAK)])
def test_verdicts(found: int, verdict: Verdict) -> None:
    assert AccountDay(account="1", day=date(1993, 1, 1), expected=1000, found=found).verdict is verdict


def test_the_files_own_movements_reconcile_with_its_balances(shared_data: Path) -> None:
    bank = read_bank(shared_data / "berka")
    own: dict[tuple[str, date], int] = defaultdict(int)
    for movement in bank.movements:
        own[movement.account, movement.day] += movement.movement
    verdicts = Counter(day.verdict for day in reconcile(bank.movements, own))
    assert verdicts == {Verdict.EXACT: 37703, Verdict.ROUNDED: 2229, Verdict.BREAK: 28}


def test_the_transfers_that_customers_ordered(shared_data: Path) -> None:
    ordered = [m for m in read_bank(shared_data / "berka").movements if m.started_by_customer]
    assert (len(ordered), -sum(m.movement for m in ordered)) == (6343, 20_048_320_80)


def test_a_bad_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "account.asc").write_text('"account_id";"district_id";"frequency";"date"\n1;1;"X";931350\n')
    with pytest.raises(BerkaFileError, match=r"account\.asc:2: date is not a yymmdd date: '931350'"):
        read_bank(tmp_path)
