"""Why this agent, and why still waiting: sentences that say what was decided, in both languages."""

from __future__ import annotations

import pytest
from call_plans import agent, call, exact, plan, queue

from tellerline.routing.calls.chronicle import Chronicle
from tellerline.routing.calls.decisions import Decision
from tellerline.routing.calls.model import Step, StepKind
from tellerline.routing.calls.policies import DEFAULT
from tellerline.routing.calls.router import Router
from tellerline.routing.calls.why import duration, tell, why_still_waiting, why_this_agent

PLAN = plan(
    queue(
        "cards",
        exact(30, proficiency=5),
        Step(kind=StepKind.LOWER, until=60),
        Step(kind=StepKind.OVERFLOW, until=90, group="all-hands"),
        Step(kind=StepKind.CALLBACK, until=120),
        Step(kind=StepKind.VOICEMAIL),
        weight=1.0,
    )
)


class Site:
    """A router whose decisions are kept."""

    def __init__(self) -> None:
        self.router = Router(PLAN, DEFAULT)
        self.chronicle = Chronicle()

    def play(self, event: str, *arguments: object) -> None:
        self.chronicle.record(getattr(self.router, event)(*arguments))

    def why_waiting(self, name: str, at: float, language: str = "en") -> str:
        standing = self.router.standing(name, at)
        assert standing is not None
        return why_still_waiting(standing, PLAN, language)

    def why_agent(self, name: str, language: str = "en") -> str:
        return why_this_agent(self.chronicle.offers_of(name)[-1], language)


@pytest.fixture
def site() -> Site:
    site = Site()
    for name, proficiency in (("7", 8), ("9", 2)):
        site.play("agent_signed_in", 0, agent(name, skills={"cards": proficiency}))
        site.play("agent_staffed", 0, name)
    return site


def test_why_this_agent_when_the_call_found_free_agents(site: Site) -> None:
    site.play("agent_ready", 0, "7")
    site.play("call_entered", 200, call("c"))
    assert site.why_agent("c") == (
        "Agent 7 was free, and first of those free who may take this call: proficiency 8 of 10, idle for 3 min 20 s."
    )
    assert "技能等级 8" in site.why_agent("c", "zh-CN")
    assert "3 分 20 秒" in site.why_agent("c", "zh-CN")


def test_why_this_agent_when_it_is_the_customers_own(site: Site) -> None:
    site.play("agent_ready", 0, "7")
    site.play("call_entered", 1, call("c", dedicated="7"))
    assert site.why_agent("c").endswith("the customer's own agent.")


def test_why_this_agent_when_the_agent_became_free(site: Site) -> None:
    site.play("call_entered", 0, call("c", call_class="priority"))
    site.play("agent_ready", 25, "7")
    assert site.why_agent("c") == (
        "When agent 7 became free, this call had the highest score of all whom the agent may serve: "
        "waited 25 s + 1 min 30 s of credit for the class + 5 s for waiting beyond the service level, together 2 min."
    )


def test_why_still_waiting_counts_who_is_ahead_and_who_is_on_duty(site: Site) -> None:
    site.play("call_entered", 0, call("c"))
    site.play("call_entered", 5, call("d", call_class="priority"))
    assert site.why_waiting("c", 10) == (
        "It has waited 10 s in cards; step: agents with the exact skill. On duty for it: 1, none of them available. "
        "Ahead of it, by score: 1. The next step begins in 20 s."
    )
    assert "It is next." in site.why_waiting("d", 10)
    assert "前面有 1 个" in site.why_waiting("c", 10, "zh-CN")


def test_who_asks_for_another_language_is_ahead_where_one_agent_speaks_both(site: Site) -> None:
    site.play("call_entered", 0, call("c", language="zh"))
    site.play("call_entered", 5, call("d", language="en"))
    standing = site.router.standing("d", 10)
    assert standing is not None
    assert (standing.ahead, standing.ahead_here) == (1, 1)


def test_why_still_waiting_names_those_who_may_not_have_it(site: Site) -> None:
    site.play("agent_ready", 0, "7")
    site.play("call_entered", 1, call("c", excluded=frozenset({"7"})))
    assert "Of these, 1 may not have this call" in site.why_waiting("c", 2)


def test_why_still_waiting_when_nobody_is_on_duty(site: Site) -> None:
    site.play("call_entered", 0, call("c"))
    site.play("agent_left", 1, "7")
    site.play("agent_left", 1, "9")
    assert "Nobody who may take it is on duty." in site.why_waiting("c", 2)
    assert "proposing a callback" in site.why_waiting("c", 2)


def test_why_still_waiting_while_offered_and_while_put_off(site: Site) -> None:
    site.play("agent_ready", 0, "7")
    site.play("call_entered", 1, call("c"))
    assert site.why_waiting("c", 4) == "It is being offered to agent 7, after 3 s."
    site.play("callback_requested", 5, "c", 65)
    assert site.why_waiting("c", 5) == "The callback was put off for 1 min; it keeps its place."


def every_kind_of_decision(site: Site) -> tuple[Decision, ...]:
    site.play("agent_ready", 0, "7")
    site.play("call_entered", 1, call("c"))
    site.play("timed_out", 11, 1)
    site.play("agent_ready", 12, "9")
    site.play("rescinded", 13, 2)
    site.play("agent_ready", 50, "7")
    site.play("agent_unready", 51, "7")
    site.play("advance", 300)
    site.play("callback_requested", 301, "c")
    site.play("agent_ready", 302, "7")
    site.play("callback_unreached", 303, 4, 400)
    site.play("agent_unready", 401, "7")
    site.play("call_left", 500, "c")
    site.play("call_entered", 501, call("c"))
    site.play("agent_ready", 502, "7")
    site.play("answered", 503, 6)
    return site.chronicle.of("c")


def test_every_decision_has_a_sentence_in_both_languages(site: Site) -> None:
    decisions = every_kind_of_decision(site)
    told = {type(each).__name__: tell(each, PLAN, "en") for each in decisions}
    assert told["Refused"] == "Agent 7 let it ring out, and is not offered this call again for 30 s."
    assert told["Rescinded"] == "The offer to agent 7 was withdrawn (the agent's state was changed); " + (
        "the call waits on at its place."
    )
    assert told["StepSkipped"] == "Skipped: overflow group “all-hands”; nobody is on duty for it."
    assert told["CallbackKept"].endswith("it may be dialled in 1 min 37 s at the earliest.")
    assert set(told) == {
        "Accepted",
        "CallbackDue",
        "CallbackKept",
        "Canceled",
        "Left",
        "Offer",
        "Queued",
        "Refused",
        "Rescinded",
        "StepChanged",
        "StepSkipped",
        "VoicemailDue",
    }
    for decision in decisions:
        chinese = tell(decision, PLAN, "zh-CN")
        assert "{" not in chinese
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)


def test_what_is_forgotten_is_no_longer_told(site: Site) -> None:
    site.play("call_entered", 1, call("c"))
    site.chronicle.forget("c")
    assert site.chronicle.of("c") == ()
    assert site.router.standing("nobody", 1) is None


@pytest.mark.parametrize(("seconds", "told"), [(0.4, "0 s"), (59.6, "1 min"), (3725, "1 h 2 min 5 s")])
def test_durations_are_told_in_whole_seconds(seconds: float, told: str) -> None:
    assert duration(seconds, "en") == told
