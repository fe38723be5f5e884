"""What is announced to callers, and how wrong it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from call_plans import agent, exact, plan, queue

from tellerline.routing.calls.expected_wait import ExpectedWaits, Recent, WaitError, queues_served, wait_error

PLAN = plan(
    queue("cards", exact(proficiency=3)),
    queue("loans", skills=("loans",)),
    queue("funds", skills=("funds",), licences=frozenset({"securities"})),
)
CARDS = {"cards": 5}
BOTH = {"cards": 5, "loans": 5}


def test_without_abandonment_a_caller_waits_one_turn_for_each_place() -> None:
    waits = ExpectedWaits(PLAN)
    waits.staffed(agent("a"))
    waits.staffed(agent("b"))
    waits.handled("cards", 100)
    waits.handled("cards", 140)
    assert waits.estimate("cards", 0) == pytest.approx(60)
    assert waits.estimate("cards", 3) == pytest.approx(240)


def test_callers_ahead_who_give_up_shorten_it() -> None:
    """One gave up in 600 s of waiting, so that theta is 1/600 per second."""
    waits = ExpectedWaits(PLAN, handling=120)
    waits.staffed(agent("a"))
    waits.abandoned("cards", 600)
    assert waits.estimate("cards", 1) == pytest.approx(120 + 1 / (1 / 120 + 1 / 600))
    one_by_one = [waits.estimate("cards", ahead) for ahead in range(5)]
    assert waits.estimates("cards", 5) == pytest.approx(one_by_one)


def test_nothing_is_expected_of_many_where_nothing_is_of_one() -> None:
    waits = ExpectedWaits(PLAN)
    assert waits.estimates("cards", 2) == [None, None]
    waits.handled("cards", 100)
    assert waits.estimates("cards", 2) == [None, None]
    assert waits.queues_of("a") == frozenset()
    waits.staffed(agent("a"))
    assert waits.estimates("cards", 2) == [100, 200]
    assert waits.queues_of("a") == {"cards"}


def test_shared_agents_count_by_the_queues_share_of_the_load() -> None:
    waits = ExpectedWaits(PLAN, handling=100)
    waits.staffed(agent("own", skills=CARDS))
    waits.staffed(agent("shared", skills=BOTH))
    assert waits.agents("cards") == pytest.approx(1.5)
    for _ in range(8):
        waits.entered("loans")
    assert waits.agents("cards") == pytest.approx(1.1)
    assert waits.agents("loans") == pytest.approx(0.9)


def test_it_follows_staffing_at_once() -> None:
    waits = ExpectedWaits(PLAN, handling=100)
    waits.staffed(agent("a"))
    waits.staffed(agent("b"))
    assert waits.estimate("cards", 0) == pytest.approx(50)
    waits.unstaffed("b")
    waits.unstaffed("b")
    assert waits.estimate("cards", 0) == pytest.approx(100)
    waits.staffed(agent("a", skills={"cards": 2}))
    assert waits.estimate("cards", 0) is None


def test_nothing_is_announced_of_what_nothing_is_known() -> None:
    waits = ExpectedWaits(PLAN)
    waits.staffed(agent("a"))
    assert waits.estimate("cards", 0) is None


def test_old_calls_fade() -> None:
    waits = ExpectedWaits(PLAN)
    waits.staffed(agent("a"))
    for seconds in [100.0] * 300 + [200.0] * 1500:
        waits.entered("cards")
        waits.handled("cards", seconds)
        waits.answered("cards", 10)
    assert waits.estimate("cards", 0) == pytest.approx(200, rel=0.01)


def test_the_queues_an_agent_serves_are_those_of_the_least_proficiency_and_all_hard_conditions() -> None:
    assert queues_served(PLAN, agent("a", skills={"cards": 2, "loans": 1, "funds": 9})) == {"loans"}
    licensed = agent("a", skills={"funds": 9}, licences=frozenset({"securities"}))
    assert queues_served(PLAN, licensed) == {"funds"}


def test_the_error_is_told_with_its_sign_and_its_size() -> None:
    pairs = [(60.0, 50.0)] * 9 + [(60.0, 100.0)]
    assert wait_error(pairs) == WaitError(calls=10, bias=5.0, mean_absolute=13.0, p90_absolute=10.0)
    assert wait_error([]) is None


def test_what_the_plan_believes_fades_into_what_is_seen() -> None:
    """Ten calls' worth of belief beside ten calls seen; and patience of 300 s."""
    believed = plan(queue("cards", handling=100, patience=300), queue("loans", skills=("loans",)))
    waits = ExpectedWaits(believed)
    waits.staffed(agent("a"))
    assert waits.estimate("cards", 0) == pytest.approx(100)
    assert waits.estimate("cards", 1) == pytest.approx(100 + 1 / (1 / 100 + 1 / 300))
    for _ in range(10):
        waits.handled("cards", 200)
    assert waits.handling("cards") == pytest.approx(150)
    assert waits.handling("loans") is None


def test_figures_that_are_kept_give_the_same_waits_again() -> None:
    recent: dict[str, Recent] = {}
    waits = ExpectedWaits(PLAN, recent=recent)
    for event in range(50):
        waits.entered("loans" if event % 3 else "cards")
        waits.handled("cards", 60 + event)
        waits.answered("cards", 5)
        waits.abandoned("cards", 30)
    again = ExpectedWaits(PLAN, recent={name: replace(each) for name, each in recent.items()})
    for each in (waits, again):
        each.staffed(agent("a", skills=BOTH))
    assert again.estimate("cards", 3) == waits.estimate("cards", 3)
    assert recent["loans"].entered == 33
