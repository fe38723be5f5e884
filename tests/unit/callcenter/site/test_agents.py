"""Agents: signing in and out, ready and not, forced, and their times."""

from __future__ import annotations

from datetime import timedelta

import pytest
from site_world import START, SiteWorld, settings

from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.words import AgentState, Target

WRAPPING = (AgentState.WORKING_AFTER_CALL, "")


def talking() -> SiteWorld:
    world = SiteWorld()
    world.agent("b1", leader=True, ready=False)
    world.agent("a1")
    world.caller()
    world.answer("a1")
    return world


def test_the_figures_of_the_day_sum_up_to_the_time_signed_in() -> None:
    world = SiteWorld()
    world.agent("a1", ready=False)
    world.passes(60)
    world.must(c.BecomeReady(actor="a1", agent="a1"))
    world.passes(40)
    call = world.caller()
    world.passes(5)
    world.answer("a1")
    world.passes(50)
    world.must(c.Hold(actor="a1", call=call.id))
    world.passes(20)
    world.must(c.Resume(actor="a1", call=call.id))
    world.passes(30)
    world.ends("line1")
    world.passes(10)
    world.must(c.SignOut(actor="a1", agent="a1"))
    figures = next(fact.figures for fact in world.facts if isinstance(fact, f.AgentSignedOut))
    assert figures.signed_in == sum(figures.times.values(), timedelta()) == timedelta(seconds=215)
    assert figures.working == timedelta(seconds=155)
    assert (figures.talk, figures.held) == (timedelta(seconds=80), timedelta(seconds=20))
    assert (figures.calls, figures.holds, figures.offered, figures.accepted) == (1, 1, 1, 1)
    assert figures.average_talk == timedelta(seconds=80)
    world.verify_fold()


def test_not_ready_during_a_call_takes_effect_after_the_work_after_it() -> None:
    world = talking()
    world.must(c.BecomeNotReady(actor="a1", agent="a1", cause="LUNCH"))
    assert world.doing("a1") == (AgentState.BUSY, "")
    world.ends("line1")
    assert world.doing("a1") == WRAPPING
    world.must(c.FinishWork(actor="a1", agent="a1"))
    assert world.doing("a1") == (AgentState.NOT_READY, "LUNCH")


@pytest.mark.parametrize("hard", [False, True])
def test_forced_during_a_call_is_pending_until_after_it(hard: bool) -> None:
    world = talking()
    world.must(c.Force(actor="b1", agent="a1", to=Target.SIGN_OUT, hard=hard))
    assert world.doing("a1") == (AgentState.BUSY, "")
    world.ends("line1")
    world.passes(60)
    assert world.doing("a1") == (AgentState.NULL, "")
    world.verify_fold()


def test_forced_softly_while_reserved_lets_the_agent_answer() -> None:
    world = SiteWorld()
    world.agent("b1", leader=True, ready=False)
    world.agent("a1")
    call = world.caller()
    world.must(c.Force(actor="b1", agent="a1", to=Target.NOT_READY))
    world.answer("a1")
    assert call.agent == "a1"


def test_forced_hard_while_reserved_rescinds_the_offer_first() -> None:
    world = SiteWorld()
    world.agent("b1", leader=True, ready=False)
    world.agent("a1")
    world.agent("a2")
    call = world.caller()
    world.must(c.Force(actor="b1", agent="a1", to=Target.NOT_READY, hard=True, cause="MEETING"))
    assert world.doing("a1") == (AgentState.NOT_READY, "MEETING")
    assert world.state.reservations[call.reservation].agent == "a2"
    world.verify_fold()


def test_forced_ready_ends_a_break_and_forced_by_who_is_no_leader_is_refused() -> None:
    world = SiteWorld()
    world.agent("b1", leader=True, ready=False)
    world.agent("a1", ready=False)
    refused = world.give(c.Force(actor="a1", agent="a1", to=Target.READY)).refused
    assert refused is not None
    assert refused.why is Why.NOT_A_LEADER
    world.must(c.Force(actor="b1", agent="a1", to=Target.READY))
    assert world.doing("a1") == (AgentState.READY, "")


def test_a_stale_version_is_refused_and_told_the_present_one() -> None:
    world = SiteWorld()
    world.agent("a1")
    old = world.state.agents["a1"].version
    world.must(c.BecomeNotReady(actor="a1", agent="a1", cause="LUNCH", expected_version=old))
    refused = world.give(c.BecomeReady(actor="a1", agent="a1", expected_version=old)).refused
    assert refused is not None
    assert (refused.why, refused.version) == (Why.STALE_VERSION, old + 1)


def test_one_telephone_is_one_agents_and_an_agent_signs_in_once() -> None:
    world = SiteWorld()
    world.agent("a1")
    profile = world.state.agents["a1"].profile
    again = world.give(c.SignIn(actor="a1", profile=profile, telephone="999")).refused
    assert again is not None
    assert again.why is Why.SIGNED_IN_ALREADY


def test_no_work_after_a_call_where_the_site_has_none() -> None:
    world = SiteWorld(settings(wrap_up=timedelta()))
    world.agent("a1")
    world.caller()
    world.answer("a1")
    world.ends("line1")
    assert world.doing("a1") == (AgentState.READY, "")


def test_a_clock_that_goes_back_counts_as_standing_still() -> None:
    world = SiteWorld()
    world.agent("a1")
    call = world.caller()
    world.passes(20)
    world.passes(61)
    world.at -= timedelta(seconds=70)
    world.must(c.BecomeReady(actor="a1", agent="a1"))
    assert world.state.reservations[call.reservation].agent == "a1"
    assert world.state.now == START + timedelta(seconds=81)
