"""Segments by a rule that is data."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellerline.gateway.counter.rules import CounterSettings
from tellerline.gateway.counter.segments import load_rule

RULE = load_rule()


@pytest.mark.parametrize(
    ("contribution", "turnover", "segment"),
    [(500_000, 20_000_000, "A"), (500_000, 19_999_999, "B"), (499_999, 20_000_000, "C"), (-1, 0, "D")],
)
def test_high_is_at_the_threshold_and_above(contribution: int, turnover: int, segment: str) -> None:
    assert RULE.segment(contribution, turnover) == segment


@given(st.integers(-(10**15), 10**15), st.integers(0, 10**15), st.integers(0, 10**12))
def test_more_of_either_is_never_a_lower_segment(contribution: int, turnover: int, more: int) -> None:
    value = {"A": {0, 1}, "B": {0}, "C": {1}, "D": set()}
    before = value[RULE.segment(contribution, turnover)]
    assert before <= value[RULE.segment(contribution + more, turnover)]
    assert before <= value[RULE.segment(contribution, turnover + more)]


def test_the_bank_may_have_a_rule_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "rule.toml"
    text = 'version = "B-7"\ncurrency = "CNY"\nperiod = "a year"\nhigh_contribution = "1"\nhigh_turnover = "2"\n'
    file.write_text(text)
    rules = CounterSettings(segment_rule=file, pin_reset_by_two=False).rules()
    assert (rules.segments.version, rules.reset_by_two) == ("B-7", False)
    assert rules.segments.segment(100, 199) == "B"
    file.write_text(text + "colour = 1\n")
    with pytest.raises(ValueError, match="colour"):
        load_rule(file)
