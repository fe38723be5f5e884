"""Recorded movements as days of work: order, kinds, facilities."""

from __future__ import annotations

import pytest
from berka_sample import FIRST, SECOND, movement, sample_bank, transfer

from tellerline.cli.replay.days import loan_payments, narrative, overdrafts, posting_kind, totals, work_days


def test_credits_come_first_then_debits_then_transfers() -> None:
    rows = [transfer("1", 500, 0), movement("2", -300, 0, "VYBER"), movement("3", 700, 0), transfer("4", 1, 0)]
    (day,) = work_days(rows)
    assert [row.number for row in day.in_order()] == ["3", "2", "1", "4"]
    assert [row.number for row in day.transfers["7"]] == ["1", "4"]


def test_days_are_those_with_movements_and_may_be_cut() -> None:
    rows = sample_bank().movements
    assert [day.day for day in work_days(rows)] == [FIRST, SECOND]
    assert [day.day for day in work_days(rows, 1)] == [FIRST]


def test_a_facility_covers_the_recorded_depth_and_ours() -> None:
    recorded_deeper = [movement("1", 100, -900)]
    ours_deeper = [movement("1", 100, 100), transfer("2", 700, 50)]
    never_below = [movement("1", 100, 100)]
    assert overdrafts(work_days(recorded_deeper)) == {"7": 900}
    assert overdrafts(work_days(ours_deeper)) == {"7": 600}
    assert overdrafts(work_days(never_below)) == {}


def test_totals_and_loan_payments() -> None:
    days = work_days(sample_bank().movements)
    assert totals(days) == {"7": -5_000}
    assert loan_payments(days) == {"7": 10_000}


@pytest.mark.parametrize(
    ("operation", "symbol", "kind"),
    [
        ("VKLAD", "", "CASH_DEPOSIT"),
        ("VYBER", "", "CASH_WITHDRAWAL"),
        ("VYBER", "SLUZBY", "FEE"),
        ("", "UROK", "INTEREST"),
        ("PREVOD Z UCTU", "DUCHOD", "INCOMING"),
        ("", "", "OTHER"),
    ],
)
def test_kinds(operation: str, symbol: str, kind: str) -> None:
    assert posting_kind(movement("1", 1, 1, operation, symbol=symbol)) == kind


def test_a_narrative_names_the_row() -> None:
    assert narrative(transfer("12", 1, 1, symbol="SIPO")) == "12 SIPO"
    assert narrative(transfer("12", 1, 1)) == "12"
