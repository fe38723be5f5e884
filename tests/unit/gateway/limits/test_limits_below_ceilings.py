"""No request takes limits above the bank's ceilings, whatever it asks for."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tellerline.gateway.journal.records import LimitChange
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.refusal import RefusalError

RULES = LimitRules(zone=ZoneInfo("Asia/Shanghai"), base_currency="CNY")
FIGURES = st.none() | st.integers(-(2**63), 2**63) | st.sampled_from([0, 1, 3, 4, 2_000_000, 2_000_001, 5_000_001])


@given(st.lists(st.builds(LimitChange, single=FIGURES, daily=FIGURES, count=FIGURES), max_size=6))
def test_whatever_is_asked_the_limits_stay_within_the_ceilings(changes: list[LimitChange]) -> None:
    limits = RULES.standard
    for change in changes:
        try:
            RULES.check_update(change)
        except RefusalError:
            continue
        for name in ("single", "daily", "count"):
            wanted = getattr(change, name)
            limits = limits if wanted is None else replace(limits, **{name: wanted})
            assert 0 <= getattr(limits, name) <= getattr(RULES.ceiling, name)
