"""A real bank's two weeks: what is fitted on some days predicts the others, on whichever side of the cut they lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tellerline.adapters.clock import SeededRandomness
from tellerline.cli.route.call_file import read_calls
from tellerline.routing.simulation.figures import Figures, figures
from tellerline.routing.simulation.fitting import fit
from tellerline.routing.simulation.replay import POLICIES, Staffing, recorded, run, setting
from tellerline.routing.staffing.record import RecordedCall

_DAY = 86_400
_RUNS = 4
_NEAR = 0.15


def _first_week(day: int) -> bool:
    return day < 7


def _even_days(day: int) -> bool:
    return day % 2 == 1


@pytest.fixture(scope="module")
def calls(shared_data: Path) -> list[RecordedCall]:
    return read_calls(shared_data / "bank-calls" / "1999-02-01_14.tsv")


def _cut(calls: Sequence[RecordedCall], fitted: Callable[[int], bool]) -> tuple[list[RecordedCall], list[RecordedCall]]:
    first = int(calls[0].asked // _DAY)
    chosen: list[RecordedCall] = []
    others: list[RecordedCall] = []
    for call in calls:
        (chosen if fitted(int(call.asked // _DAY) - first) else others).append(call)
    return chosen, others


def _predict(past: Sequence[RecordedCall], known: Sequence[RecordedCall], staffing: Staffing) -> Figures:
    ready = setting(known, fit(past), staffing=staffing)
    runs = [run(ready, POLICIES["bank"], SeededRandomness(f"scenario/{number}")) for number in range(_RUNS)]
    found = figures(runs)
    assert found is not None
    return found


@pytest.mark.parametrize("staffing", list(Staffing))
@pytest.mark.parametrize("fitted", [_first_week, _even_days], ids=["first week", "even days"])
@pytest.mark.parametrize("turned", [False, True], ids=["", "turned round"])
def test_days_predict_other_days(
    calls: list[RecordedCall], fitted: Callable[[int], bool], turned: bool, staffing: Staffing
) -> None:
    past, known = _cut(calls, fitted)
    if turned:
        past, known = known, past
    predicted, truth = _predict(past, known, staffing), figures([recorded(known)])
    assert truth is not None
    assert predicted.calls == truth.calls
    assert predicted.wait_mean == pytest.approx(truth.wait_mean, rel=_NEAR)
    assert predicted.abandoned == pytest.approx(truth.abandoned, rel=_NEAR)
    assert predicted.before_queue == truth.before_queue


def test_everything_of_the_file_is_read(calls: list[RecordedCall]) -> None:
    assert len(calls) == 17_456 - 143
    assert sum(not call.served for call in calls) == 2_908
    assert sum(call.waited > 0 for call in calls) == 8_854
    assert {call.kind for call in calls} == {"PS", "PE", "IN", "NE", "NW", "TT"}
    assert all(call.tier is not None for call in calls if call.waited)
