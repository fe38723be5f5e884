"""What is read from services alone: duties, whom agents serve, bounds of the time that they were not free."""

from __future__ import annotations

from recorded_centre import call

from tellerline.routing.staffing.activity import Duty, Gap, duties, gaps, kinds_served
from tellerline.routing.staffing.survival import Between


def test_a_long_gap_ends_a_duty_and_overlaps_make_one() -> None:
    calls = [call(1, 0, service=100), call(2, 90, service=5), call(3, 159, service=10), call(4, 229, service=10)]
    assert duties(calls, 60) == [Duty("A", 0, 169), Duty("A", 229, 239)]
    assert duties(calls, 61) == [Duty("A", 0, 239)]


def test_calls_without_an_agent_are_nobodys_duty() -> None:
    assert duties([call(1, 0, service=10, agent=None), call(2, 0, waited=5)], 60) == []


def test_one_call_may_be_a_favour() -> None:
    calls = [call(number, 100 * number, service=5, kind="NE") for number in range(2)]
    calls += [call(7, 900, service=5, kind="PS"), call(8, 950, service=5, kind="TT", agent="B")]
    assert kinds_served(calls) == {"A": frozenset({"NE"}), "B": frozenset({"TT"})}


def test_who_takes_a_waiting_caller_was_not_free_before() -> None:
    calls = [call(1, 0, service=100), call(2, 50, waited=57, service=30)]
    assert gaps(calls, 60) == [Gap("A", Between(7, 7), 1)]


def test_who_takes_a_caller_at_once_was_free_since_nobody_waited() -> None:
    calls = [
        call(1, 0, service=100),
        call(2, 90, waited=22, service=30, agent="B"),
        call(3, 140, service=10),
    ]
    assert gaps(calls, 60) == [Gap("A", Between(12, 40), 1)]


def test_callers_whom_the_agent_does_not_serve_prove_nothing() -> None:
    calls = [
        call(1, 0, service=100),
        call(2, 90, waited=22, service=30, agent="B", kind="NE"),
        call(3, 140, service=10),
    ]
    assert gaps(calls, 60) == [Gap("A", Between(0, 40), 1)]


def test_a_proved_absence_is_no_work_after_a_call() -> None:
    calls = [call(1, 0, service=100), call(2, 90, waited=80, service=30), call(3, 300, waited=1)]
    assert gaps(calls, 60) == []
    assert [gap.bounds for gap in gaps([call(1, 0, service=9), call(2, 400, service=9)], 60)] == [Between(0, 60)]
