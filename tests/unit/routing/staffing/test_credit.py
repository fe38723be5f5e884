"""The credit of a tier, from choices alone."""

from __future__ import annotations

import pytest
from recorded_centre import PRIORITY, REGULAR, Laws, record

from tellerline.routing.staffing.activity import kinds_served
from tellerline.routing.staffing.credit import credits


@pytest.mark.parametrize("credit", [0.0, 90.0])
def test_the_credit_of_a_centre_is_found_in_its_record(credit: float) -> None:
    calls = record(Laws(gap=25, credit=credit, after_service=lambda chance: 8.0), agents=6, hours=60, seed=3)
    found = credits(calls, REGULAR, kinds_served(calls))
    assert found[REGULAR] == 0
    assert found[PRIORITY] == pytest.approx(credit, abs=4)


def test_few_choices_say_nothing() -> None:
    calls = record(Laws(gap=200, after_service=lambda chance: 8.0), agents=6, hours=2, seed=3)
    assert credits(calls, REGULAR, kinds_served(calls)) == {REGULAR: 0.0}
