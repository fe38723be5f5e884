"""Each rule of routing by example."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from call_plans import agent, call, exact, plan, queue

from tellerline.routing.calls.decisions import (
    Accepted,
    CallbackDue,
    CallbackKept,
    Canceled,
    Decision,
    Left,
    Offer,
    Queued,
    Refused,
    Rescinded,
    StepChanged,
    StepSkipped,
    VoicemailDue,
)
from tellerline.routing.calls.model import AgentProfile, Queue, Step, StepKind
from tellerline.routing.calls.policies import DEFAULT, FIFO, FIFO_WITH_CREDIT, Policy
from tellerline.routing.calls.router import EventError, Router, StaleReservationError
from tellerline.routing.calls.state import AgentState, CallState


def router(*queues: Queue, policy: Policy = FIFO_WITH_CREDIT) -> Router:
    return Router(plan(*(queues or (queue("cards"),))), policy)


def staff(router: Router, *profiles: AgentProfile, at: float = 0) -> None:
    """Sign them in, busy: on duty, but free for nothing yet."""
    for profile in profiles:
        router.agent_signed_in(at, profile)
        router.agent_staffed(at, profile.id)


def free(router: Router, *profiles: AgentProfile, at: float = 0) -> None:
    for profile in profiles:
        router.agent_signed_in(at, profile)
        assert not offers(router.agent_ready(at, profile.id))


def offers(decisions: Iterable[Decision]) -> list[tuple[str, str]]:
    return [(each.call, each.agent) for each in decisions if isinstance(each, Offer)]


def offer_of(decisions: Iterable[Decision]) -> Offer:
    (found,) = [each for each in decisions if isinstance(each, Offer)]
    return found


# Who may take a call


@pytest.mark.parametrize(
    ("profile", "asked"),
    [
        (agent("a", languages=frozenset({"zh"})), {"language": "en"}),
        (agent("a"), {"licences": frozenset({"securities"})}),
        (agent("a", clearance=1), {"clearance": 2}),
        (agent("a", conflicts=frozenset({"acme"})), {"parties": frozenset({"acme"})}),
        (agent("a"), {"excluded": frozenset({"a"})}),
    ],
)
def test_hard_conditions_are_never_relaxed(profile: AgentProfile, asked: dict[str, Any]) -> None:
    whole = queue(
        "cards",
        Step(kind=StepKind.DEDICATED, until=1),
        exact(2),
        Step(kind=StepKind.OVERFLOW, group="all-hands"),
    )
    site = router(whole)
    member = AgentProfile(**{**{f: getattr(profile, f) for f in profile.__slots__}, "groups": frozenset({"all-hands"})})
    free(site, member)
    assert not offers(site.call_entered(0, call("c", dedicated="a", **asked)))
    assert not offers(site.advance(1000))


def test_what_the_queue_asks_is_asked_of_every_call() -> None:
    site = router(queue("cards", licences=frozenset({"securities"}), clearance=1))
    free(site, agent("a"), agent("b", licences=frozenset({"securities"})))
    free(site, agent("c", licences=frozenset({"securities"}), clearance=1))
    assert offers(site.call_entered(0, call("call"))) == [("call", "c")]


def test_skills_are_needed_all_at_the_steps_proficiency() -> None:
    site = router(queue("both", exact(proficiency=4), skills=("cards", "loans")))
    free(site, agent("one", skills={"cards": 9}), agent("weak", skills={"cards": 9, "loans": 3}))
    free(site, agent("good", skills={"cards": 5, "loans": 4}))
    decision = offer_of(site.call_entered(0, call("c", "both")))
    assert (decision.agent, decision.proficiency) == ("good", 4)


# Which agent a call gets


def test_the_dedicated_agent_comes_first() -> None:
    site = router()
    free(site, agent("expert", skills={"cards": 10}), agent("own", skills={"cards": 1}), at=0)
    decision = offer_of(site.call_entered(9, call("c", dedicated="own")))
    assert (decision.agent, decision.dedicated) == ("own", True)


def test_then_proficiency_then_ready_since_then_id() -> None:
    site = router()
    free(site, agent("z"), agent("expert", skills={"cards": 8}), at=0)
    free(site, agent("c"), agent("b"), at=1)
    got = [offers(site.call_entered(2, call(str(number))))[0][1] for number in range(4)]
    assert got == ["expert", "z", "b", "c"]


def test_breaks_are_not_idle_time_and_do_not_lose_it() -> None:
    site = router()
    free(site, agent("a"), at=0)
    site.agent_unready(30, "a")
    free(site, agent("later"), at=100)
    site.agent_ready(110, "a")
    decision = offer_of(site.call_entered(120, call("c")))
    assert (decision.agent, decision.ready_since) == ("a", 80)


def test_a_call_taken_starts_idle_time_anew() -> None:
    site = router()
    free(site, agent("a"), at=0)
    site.answered(2, offer_of(site.call_entered(1, call("c"))).reservation)
    site.agent_ready(50, "a")
    assert offer_of(site.call_entered(60, call("d"))).ready_since == 50


def test_idle_time_of_long_ago_does_not_count_in_another_queue() -> None:
    site = router(queue("cards"), queue("loans", skills=("loans",)))
    both = {"cards": 5, "loans": 5}
    free(site, agent("a", skills=both), at=0)
    free(site, agent("b", skills=both), at=1)
    site.call_entered(2, call("first", "loans", excluded=frozenset({"a", "b"})))
    site.call_left(3, "first")
    site.answered(5, offer_of(site.call_entered(4, call("second", "cards"))).reservation)
    site.agent_ready(6, "a")
    assert offer_of(site.call_entered(7, call("third", "loans"))).agent == "b"


# Which call an agent gets


def test_an_agent_gets_the_best_caller_of_all_queues() -> None:
    site = router(queue("cards"), queue("loans", skills=("loans",)))
    both = agent("a", skills={"cards": 1, "loans": 9})
    staff(site, both)
    site.call_entered(1, call("first", "cards"))
    site.call_entered(2, call("second", "loans"))
    assert offers(site.agent_ready(5, "a")) == [("first", "a")]


@pytest.mark.parametrize(("policy", "winner"), [(FIFO, "early"), (FIFO_WITH_CREDIT, "late"), (DEFAULT, "late")])
def test_priority_customers_start_with_waiting_credited(policy: Policy, winner: str) -> None:
    site = router(policy=policy)
    staff(site, agent("a"))
    site.call_entered(0, call("early"))
    site.call_entered(89, call("late", call_class="priority"))
    assert offers(site.agent_ready(95, "a")) == [(winner, "a")]


def test_credit_is_90_seconds_and_ties_go_to_who_entered_first() -> None:
    site = router()
    staff(site, agent("a"))
    site.call_entered(0, call("early"))
    site.call_entered(90, call("late", call_class="priority"))
    assert offers(site.agent_ready(95, "a")) == [("early", "a")]


def test_aging_overtakes_credit_beyond_the_service_level() -> None:
    site = router(queue("cards", weight=2.0), queue("loans", skills=("loans",)), policy=DEFAULT)
    staff(site, agent("a", skills={"cards": 1, "loans": 1}), agent("b", skills={"cards": 1, "loans": 1}))
    site.call_entered(0, call("aging", "cards"))
    site.call_entered(1, call("credited", "loans", "priority"))
    early = offer_of(site.agent_ready(40, "a"))
    assert (early.call, early.score, early.aging) == ("credited", 129, 0)
    site.rejected(40, early.reservation)
    late = offer_of(site.agent_ready(66, "b"))
    assert (late.call, late.aging, late.score) == ("aging", 92, 158)


def test_a_caller_who_comes_back_keeps_the_place() -> None:
    site = router()
    staff(site, agent("a"))
    site.call_entered(100, call("new"))
    site.call_entered(110, call("back", entered=50))
    assert offers(site.agent_ready(120, "a")) == [("back", "a")]


# Steps


def stepped(*more: Step) -> Queue:
    return queue("cards", Step(kind=StepKind.DEDICATED, until=10), exact(20, proficiency=6), *more)


LOWER = Step(kind=StepKind.LOWER, until=30, proficiency=2)
OVERFLOW = Step(kind=StepKind.OVERFLOW, until=40, group="all-hands")


def test_steps_widen_with_the_calls_age() -> None:
    site = router(stepped(LOWER, OVERFLOW, Step(kind=StepKind.CALLBACK)))
    staff(site, agent("own"), agent("expert", skills={"cards": 6}))
    free(site, agent("helper", skills={"loans": 9}, groups=frozenset({"all-hands"})))
    staff(site, agent("middling", skills={"cards": 2}))
    assert site.call_entered(0, call("c", dedicated="own")) == [Queued(0, "c", "cards", "standard", 0, 0)]
    assert site.next_due() == 10
    assert site.advance(29) == [
        StepChanged(10, "c", 1, StepKind.EXACT, ""),
        StepChanged(20, "c", 2, StepKind.LOWER, ""),
    ]
    last = site.advance(30)
    assert last[0] == StepChanged(30, "c", 3, StepKind.OVERFLOW, "all-hands")
    assert offers(last) == [("c", "helper")]


def test_who_could_take_the_call_before_still_can() -> None:
    site = router(stepped(LOWER))
    staff(site, agent("own", skills={"loans": 1}), agent("expert", skills={"cards": 6}))
    staff(site, agent("middling", skills={"cards": 2}))
    site.call_entered(0, call("c", dedicated="own"))
    site.advance(25)
    assert offers(site.agent_ready(26, "own")) == [("c", "own")]


def test_timeouts_count_from_the_calls_age() -> None:
    site = router(stepped(LOWER))
    staff(site, agent("expert", skills={"cards": 6}), agent("middling", skills={"cards": 2}))
    decided = site.call_entered(100, call("c", entered=75))
    assert decided[0] == StepChanged(100, "c", 2, StepKind.LOWER, "")


def test_a_step_nobody_is_staffed_for_is_skipped() -> None:
    site = router(stepped(LOWER, OVERFLOW, Step(kind=StepKind.CALLBACK)))
    site.agent_signed_in(0, agent("on a break", skills={"cards": 9}))
    staff(site, agent("busy", skills={"cards": 2}))
    assert site.call_entered(0, call("c")) == [
        StepSkipped(0, "c", 1, StepKind.EXACT, ""),
        StepChanged(0, "c", 2, StepKind.LOWER, ""),
        Queued(0, "c", "cards", "standard", 0, 2),
    ]


def test_staffed_is_not_free_and_on_a_break_is_not_staffed() -> None:
    site = router(stepped(LOWER))
    staff(site, agent("expert", skills={"cards": 9}), agent("middling", skills={"cards": 2}))
    assert site.call_entered(0, call("c")) == [Queued(0, "c", "cards", "standard", 0, 1)]
    assert site.agent_unready(5, "expert") == [
        StepSkipped(5, "c", 1, StepKind.EXACT, ""),
        StepChanged(5, "c", 2, StepKind.LOWER, ""),
    ]


def test_who_comes_on_duty_for_a_skipped_step_takes_the_call() -> None:
    site = router(stepped(LOWER))
    staff(site, agent("middling", skills={"cards": 2}))
    site.call_entered(0, call("c"))
    site.agent_signed_in(1, agent("expert", skills={"cards": 9}))
    assert offers(site.agent_ready(2, "expert")) == [("c", "expert")]


def test_the_end_of_the_steps_is_proposed_not_imposed() -> None:
    site = router(queue("cards", exact(10), Step(kind=StepKind.CALLBACK, until=20), Step(kind=StepKind.VOICEMAIL)))
    staff(site, agent("a"))
    site.call_entered(0, call("c"))
    assert site.advance(50) == [CallbackDue(10, "c"), VoicemailDue(20, "c")]
    assert offers(site.agent_ready(60, "a")) == [("c", "a")]


# Offers


def test_an_answered_call_leaves_the_router() -> None:
    site = router()
    free(site, agent("a"))
    reservation = offer_of(site.call_entered(0, call("c"))).reservation
    assert site.state_of("c") is CallState.RESERVED
    assert site.agent_state("a") is AgentState.RESERVED
    assert site.answered(3, reservation) == [Accepted(3, reservation, "c", "a")]
    assert site.state_of("c") is None
    assert site.agent_state("a") is AgentState.BUSY


def test_an_agent_who_let_it_ring_out_is_not_offered_it_again_for_a_while() -> None:
    site = router()
    free(site, agent("a"))
    reservation = offer_of(site.call_entered(0, call("c"))).reservation
    assert site.timed_out(10, reservation) == [Refused(10, reservation, "c", "a", "timeout", 40)]
    assert site.agent_state("a") is AgentState.NOT_READY
    assert not site.agent_ready(15, "a")
    assert site.next_due() == 40
    assert offers(site.advance(40)) == [("c", "a")]


def test_a_refused_call_goes_to_the_next_agent_at_once() -> None:
    site = router()
    free(site, agent("a"), at=0)
    free(site, agent("b"), at=1)
    reservation = offer_of(site.call_entered(2, call("c"))).reservation
    assert offers(site.rejected(5, reservation)) == [("c", "b")]


def test_a_caller_who_leaves_frees_the_agent_with_the_same_ready_since() -> None:
    site = router()
    free(site, agent("a"))
    reservation = offer_of(site.call_entered(5, call("c"))).reservation
    site.call_entered(6, call("d"))
    decided = site.call_left(7, "c")
    assert decided[:2] == [Canceled(7, reservation, "c", "a"), Left(7, "c")]
    assert (offer_of(decided).call, offer_of(decided).ready_since) == ("d", 0)


@pytest.mark.parametrize("event", ["agent_unready", "agent_left", "agent_staffed"])
def test_a_forced_change_rescinds_the_offer_first(event: str) -> None:
    site = router()
    free(site, agent("a"), at=0)
    free(site, agent("b"), at=1)
    reservation = offer_of(site.call_entered(2, call("c"))).reservation
    decided = getattr(site, event)(3, "a")
    assert decided[0] == Rescinded(3, reservation, "c", "a", "forced")
    assert offers(decided) == [("c", "b")]
    with pytest.raises(StaleReservationError):
        site.answered(4, reservation)


def test_a_lost_telephone_rescinds_the_offer_and_the_call_goes_on() -> None:
    site = router()
    free(site, agent("a"), at=0)
    free(site, agent("b"), at=1)
    reservation = offer_of(site.call_entered(2, call("c"))).reservation
    assert site.rescinded(3, reservation)[0] == Rescinded(3, reservation, "c", "a", "lost")
    assert site.agent_state("a") is AgentState.NOT_READY
    assert site.agent_state("b") is AgentState.RESERVED


# Callbacks


def test_a_callback_keeps_its_place_and_is_dialled_against_an_agent() -> None:
    site = router()
    staff(site, agent("a"), agent("b"))
    site.call_entered(0, call("back", call_class="priority"))
    assert site.callback_requested(5, "back") == [CallbackKept(5, "back", 5)]
    site.call_entered(6, call("waiting"))
    first = offer_of(site.agent_ready(10, "a"))
    assert (first.call, first.callback, first.entered, first.credit) == ("back", True, 0, 90)
    assert not offer_of(site.agent_ready(11, "b")).callback


def test_a_callback_never_overtakes_who_waits_with_a_better_score() -> None:
    site = router()
    staff(site, agent("a"))
    site.call_entered(0, call("waiting"))
    site.call_entered(1, call("back"))
    site.callback_requested(2, "back", not_before=30)
    assert site.state_of("back") is CallState.POSTPONED
    assert offers(site.agent_ready(40, "a")) == [("waiting", "a")]


def test_a_callback_that_waits_for_its_time_leaves_the_agent_to_others() -> None:
    site = router()
    free(site, agent("a"))
    first = offer_of(site.call_entered(0, call("back")))
    decided = site.callback_requested(1, "back", not_before=60)
    assert decided == [Canceled(1, first.reservation, "back", "a"), CallbackKept(1, "back", 60)]
    site.answered(3, offer_of(site.call_entered(2, call("other"))).reservation)
    site.agent_ready(50, "a")
    assert offers(site.advance(60)) == [("back", "a")]


@pytest.mark.parametrize(("retry_at", "state"), [(None, None), (300, CallState.POSTPONED)])
def test_an_unreached_callback_frees_the_agent(retry_at: float | None, state: CallState | None) -> None:
    site = router()
    staff(site, agent("a"))
    site.call_entered(0, call("back"))
    site.callback_requested(1, "back")
    site.call_entered(2, call("next"))
    reservation = offer_of(site.agent_ready(10, "a")).reservation
    decided = site.callback_unreached(40, reservation, retry_at)
    assert decided[0] == Canceled(40, reservation, "back", "a")
    assert offers(decided) == [("next", "a")]
    assert site.state_of("back") is state


# What cannot be


def test_refuses_what_cannot_be_and_changes_nothing() -> None:
    site = router()
    free(site, agent("a"))
    reservation = offer_of(site.call_entered(5, call("c"))).reservation
    events: list[Callable[[], object]] = [
        lambda: site.advance(4),
        lambda: site.agent_signed_in(6, agent("a")),
        lambda: site.agent_ready(6, "a"),
        lambda: site.agent_ready(6, "nobody"),
        lambda: site.call_entered(6, call("c")),
        lambda: site.call_entered(6, call("d", "no queue")),
        lambda: site.call_entered(6, call("d", call_class="no class")),
        lambda: site.call_entered(6, call("d", language="fr")),
        lambda: site.call_entered(6, call("d", licences=frozenset({"pilot"}))),
        lambda: site.call_left(6, "d"),
        lambda: site.answered(6, reservation + 1),
        lambda: site.callback_unreached(6, reservation),
    ]
    for event in events:
        with pytest.raises(EventError):
            event()
    assert site.answered(5, reservation)


def test_reservations_are_numbered_on_from_the_first_one_given() -> None:
    site = Router(plan(queue("cards")), first_reservation=70)
    free(site, agent("a"))
    assert offer_of(site.call_entered(0, call("c"))).reservation == 70


def test_one_who_signs_in_again_is_a_new_seat() -> None:
    site = router()
    for day in range(100):
        free(site, agent("a"), agent("b", skills={"cards": 1}), at=day)
        assert offers(site.call_entered(day, call(f"c{day}"))) == [(f"c{day}", "a")]
        site.call_left(day, f"c{day}")
        site.agent_left(day, "a")
        site.agent_left(day, "b")
    assert site.agent_state("a") is None
