"""The centre on virtual time, by hand: who is served when, who gives up, when agents work on or are gone."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from recorded_centre import plan

from tellerline.routing.calls.decisions import Decision, Offer
from tellerline.routing.calls.model import AgentProfile
from tellerline.routing.calls.policies import FIFO, FIFO_WITH_CREDIT, Policy
from tellerline.routing.calls.router import Router
from tellerline.routing.simulation.centre import Caller, Centre, Ending
from tellerline.routing.staffing.activity import Duty


def caller(name: str, at: float, service: float = 10, patience: float = inf, tier: str = "1") -> Caller:
    return Caller(id=name, at=at, queue="PS", call_class=tier, service=service, patience=patience)


def run(
    callers: list[Caller], duties: list[Duty], after: float = 0.0, policy: Policy = FIFO, **fields: object
) -> list[Ending]:
    agents = sorted({duty.agent for duty in duties})
    centre = Centre(
        plan(("PS",), {"1": 0, "2": 90}),
        policy,
        agents=[AgentProfile(id=agent, skills={"PS": 10}) for agent in agents],
        duties=duties,
        callers=callers,
        after_service=lambda agent, waiting: after,
        **fields,  # type: ignore[arg-type]
    )
    return centre.run()


def test_a_caller_waits_for_the_service_before_and_the_work_after_it() -> None:
    assert run([caller("a", 5), caller("b", 6)], [Duty("A", 0, 100)], after=3) == [
        Ending("a", 0, "A"),
        Ending("b", 12, "A"),
    ]


def test_patience_ends_a_wait_and_not_a_service() -> None:
    endings = run([caller("a", 0, service=50, patience=5), caller("b", 1, patience=20)], [Duty("A", 0, 100)])
    assert endings == [Ending("a", 0, "A"), Ending("b", 20, None)]


def test_a_duty_begins_with_the_best_caller_and_ends_after_the_service() -> None:
    callers = [caller("a", 0), caller("b", 1, tier="2"), caller("c", 2)]
    endings = run(callers, [Duty("A", 30, 45), Duty("A", 60, 70)], policy=FIFO_WITH_CREDIT)
    assert endings == [Ending("b", 29, "A"), Ending("a", 40, "A"), Ending("c", 58, "A")]


def test_a_duty_that_begins_during_a_service_gives_no_second_line() -> None:
    callers = [caller("a", 0, service=100), caller("b", 1)]
    assert run(callers, [Duty("A", 0, 10), Duty("A", 20, 200)]) == [Ending("a", 0, "A"), Ending("b", 99, "A")]


def test_a_duty_may_follow_on_another_at_once() -> None:
    callers = [caller("a", 15), caller("b", 26)]
    assert run(callers, [Duty("A", 0, 10), Duty("A", 10, 20), Duty("A", 20, 30)]) == [
        Ending("a", 0, "A"),
        Ending("b", 0, "A"),
    ]


def test_who_is_never_served_and_never_gives_up_has_no_ending() -> None:
    assert run([caller("a", 50)], [Duty("A", 0, 10)]) == []


def test_work_after_a_service_is_told_how_many_wait() -> None:
    told: list[tuple[str, int]] = []

    def after(agent: str, waiting: int) -> float:
        told.append((agent, waiting))
        return 0.0

    centre = Centre(
        plan(("PS",), {"1": 0}),
        FIFO,
        agents=[AgentProfile(id="A", skills={"PS": 10})],
        duties=[Duty("A", 0, inf)],
        callers=[caller(name, 0) for name in "abc"],
        after_service=after,
    )
    centre.run()
    assert told == [("A", 2), ("A", 1), ("A", 0)]


def test_the_observer_sees_every_offer() -> None:
    seen: list[Decision] = []

    def observe(router: Router, at: float, decisions: Sequence[Decision]) -> None:
        seen.extend(decisions)

    run([caller("a", 5), caller("b", 6)], [Duty("A", 0, 100)], observe=observe)
    assert [(each.call, each.agent) for each in seen if isinstance(each, Offer)] == [("a", "A"), ("b", "A")]
