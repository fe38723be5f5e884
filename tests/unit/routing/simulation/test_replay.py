"""Recorded calls are replayed: what is known is kept, what is not is drawn, and a known centre is met again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from recorded_centre import PRIORITY, REGULAR, Laws, call, record

from tellerline.adapters.clock import SeededRandomness
from tellerline.routing.calls.policies import FIFO, FIFO_WITH_CREDIT
from tellerline.routing.simulation.figures import Fate, Figures, figures
from tellerline.routing.simulation.fitting import fit
from tellerline.routing.simulation.replay import Setting, Staffing, plan_of, recorded, run, setting
from tellerline.routing.staffing.record import RecordedCall

LAWS = Laws(after_service=lambda chance: 9.5)


@pytest.fixture(scope="module")
def known() -> list[RecordedCall]:
    return record(LAWS, agents=7, hours=60, seed=8)


def _runs(ready: Setting, **fields: bool) -> list[list[Fate]]:
    policy = FIFO if fields.get("fifo") else FIFO_WITH_CREDIT
    return [run(ready, policy, SeededRandomness(str(number))) for number in range(5)]


def _figures(runs: Sequence[Sequence[Fate]], tier: int | None = None) -> Figures:
    found = figures([[fate for fate in run if tier is None or (fate.tier == tier and fate.waited)] for run in runs])
    assert found is not None
    return found


def test_another_record_of_the_same_centre_is_predicted(known: list[RecordedCall]) -> None:
    model = fit(record(LAWS, agents=7, hours=60, seed=9))
    predicted, truth = _figures(_runs(setting(known, model))), _figures([recorded(known)])
    assert predicted.wait_mean == pytest.approx(truth.wait_mean, rel=0.1)
    assert predicted.abandoned == pytest.approx(truth.abandoned, rel=0.1)
    assert predicted.calls == truth.calls


def test_breaks_are_predicted_from_the_shifts_alone() -> None:
    """One break of twelve lasts five minutes; the record that is predicted gives no more than when shifts end."""
    laws = Laws(after_service=lambda chance: 300.0 if chance.random() < 1 / 12 else 6.5)
    past, known = (record(laws, agents=8, hours=80, seed=seed) for seed in (21, 22))
    ready = setting(known, fit(past), staffing=Staffing.SHIFTS)
    assert max(duty.end - duty.begin for duty in ready.duties) > 12 * 3600
    predicted, truth = _figures(_runs(ready)), _figures([recorded(known)])
    assert predicted.wait_mean == pytest.approx(truth.wait_mean, rel=0.15)
    assert predicted.abandoned == pytest.approx(truth.abandoned, rel=0.15)


def test_credit_moves_waits_from_one_tier_to_the_other(known: list[RecordedCall]) -> None:
    ready = setting(known, fit(known))
    credit, plain = _runs(ready), _runs(ready, fifo=True)
    assert _figures(credit, PRIORITY).wait_mean < 0.8 * _figures(plain, PRIORITY).wait_mean
    assert _figures(credit, REGULAR).wait_mean > 1.1 * _figures(plain, REGULAR).wait_mean


def test_the_same_chance_gives_the_same_run(known: list[RecordedCall]) -> None:
    ready = setting(known, fit(known))
    first, again, other = (run(ready, FIFO, SeededRandomness(seed)) for seed in ("a", "a", "b"))
    assert first == again != other


def test_who_hung_up_before_the_queue_is_taken_over(known: list[RecordedCall]) -> None:
    lost = call(99_999_999, 500.0)
    fates = run(setting([*known, lost], fit(known)), FIFO, SeededRandomness("a"))
    assert fates[-1] == recorded([lost])[0] == Fate(500.0, "PS", None, 0.0, False, True)


def test_the_lowest_tier_has_no_credit(known: list[RecordedCall]) -> None:
    model = fit(known)
    classes = plan_of(known, model, {}).classes
    assert (classes["1"].credit, classes["2"].credit) == (0, model.credits[PRIORITY])
    behind = plan_of(known, replace(model, credits={REGULAR: 0, PRIORITY: -90}), {}).classes
    assert (behind["1"].credit, behind["2"].credit) == (90, 0)


def test_a_tier_on_record_is_kept(known: list[RecordedCall]) -> None:
    fates = run(setting(known, fit(known)), FIFO, SeededRandomness("a"))
    assert {fate.tier for fate in fates} == {REGULAR, PRIORITY}
    told = [(call.tier, fate.tier) for call, fate in zip(known, fates, strict=True) if call.tier is not None]
    assert told
    assert all(recorded_tier == tier for recorded_tier, tier in told)
