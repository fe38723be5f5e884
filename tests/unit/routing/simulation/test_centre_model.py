"""A document that is no model is refused, with what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tellerline.routing.simulation.centre_model import ModelError, from_document

HOUR = {"edges": [0, 60], "shares": [1]}


def document(**changed: Any) -> dict[str, Any]:
    right = {
        "version": 1,
        "patience": [{"kind": "*", "tier": "*", "times": [5], "shares": [0.5], "tail_mean": 60}],
        "exponential_patience": {"*": 60},
        "services": {"*": [1, 2]},
        "tiers": {"*": {"1": 1}},
        "credits": {"1": 0},
        "away_after": 60,
        "crowds": [0],
        "after_service": [HOUR],
        "shift_ends_after": 1800,
        "often_away": ["A"],
        "breaks": {"often_away": [{"edges": [0, 20], "shares": [1]}], "others": [HOUR]},
    }
    return {**right, **changed}


def test_the_least_model_is_read() -> None:
    model = from_document(document())
    assert model.after_service_of(9).mean == 30
    assert (model.breaks_of("A", 0).mean, model.breaks_of("B", 0).mean) == (10, 30)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"version": 2}, "version 2 is not 1"),
        ({"patience": []}, "nothing is said of callers"),
        ({"services": {}}, "nothing is said of callers"),
        ({"crowds": [0, 1]}, "one histogram"),
        ({"after_service": [{"edges": [0, 60], "shares": [0.5, 0.5]}]}, "one edge more"),
        ({"after_service": [{"edges": [60, 0], "shares": [1]}]}, "ascend"),
        ({"services": {"*": [1]}}, "two quantiles"),
        ({"patience": [{"kind": "*", "tier": "*", "times": [], "shares": [1], "tail_mean": 1}]}, "needs its share"),
        ({"breaks": {"often_away": [], "others": [HOUR]}}, "one histogram"),
        ({"breaks": {"others": [HOUR]}}, "not a fitted model"),
        ({"credits": {"gold": 5}}, "not a fitted model"),
        ({"tiers": None}, "not a fitted model"),
    ],
)
def test_what_is_wrong_is_said(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        from_document(document(**changed))
