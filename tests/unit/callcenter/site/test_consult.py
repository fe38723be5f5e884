"""Third parties and leaders: help, transfers, conferences, monitor, whisper, barge-in, intercept."""

from __future__ import annotations

import pytest
from site_world import SiteWorld, settings

from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site import orders as o
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.state import Call
from tellerline.callcenter.site.words import AgentState, CallEnd, GrantEnd, Mode, Place, Purpose
from tellerline.connectors.telephony import events as e
from tellerline.connectors.telephony.switch import Listening

WRAPPING = (AgentState.WORKING_AFTER_CALL, "")
READY = (AgentState.READY, "")


def talking(**changes: object) -> tuple[SiteWorld, Call]:
    world = SiteWorld(settings(**changes))
    world.agent("a1")
    call = world.caller()
    world.answer("a1")
    world.agent("a2")
    world.agent("b1", leader=True, ready=False)
    return world, call


def ask(world: SiteWorld, call: Call, purpose: Purpose, to: c.Party) -> None:
    """The third party is called, and answers."""
    world.must(c.Consult(actor="a1", call=call.id, to=to, purpose=purpose))
    if isinstance(to, c.ToAgent):
        world.answer(to.agent)
        return
    assert call.third is not None
    world.answer_leg(call.third.leg)


def test_internal_help_lets_the_agents_talk_while_the_caller_hears_music_then_back() -> None:
    world, call = talking()
    ask(world, call, Purpose.HELP, c.ToAgent("a2"))
    assert world.hearing(call) == {"a1", "a2"}
    assert world.switch.legs["line1"].music
    world.must(c.EndConsult(actor="a1", call=call.id))
    assert world.hearing(call) == {"a1", "customer"}
    assert world.doing("a2") == WRAPPING
    assert world.grants_ended() == []
    world.verify_fold()


def test_help_that_nobody_answers_returns_the_caller_and_marks_the_colleague() -> None:
    world, call = talking()
    world.must(c.Consult(actor="a1", call=call.id, to=c.ToAgent("a2"), purpose=Purpose.HELP))
    world.passes(20)
    assert world.doing("a2") == (AgentState.NOT_READY, "RONA")
    assert world.hearing(call) == {"a1", "customer"}
    assert call.third is None


def test_help_given_up_leaves_the_colleague_ready_since_before() -> None:
    world, call = talking()
    since = world.state.agents["a2"].ready_since
    world.must(c.Consult(actor="a1", call=call.id, to=c.ToAgent("a2"), purpose=Purpose.HELP))
    world.passes(5)
    world.must(c.EndConsult(actor="a1", call=call.id))
    assert world.doing("a2") == READY
    assert world.state.agents["a2"].ready_since == since
    world.verify_fold()


def test_external_help_then_back() -> None:
    world, call = talking()
    ask(world, call, Purpose.HELP, c.ToOutside("02155550000"))
    assert world.hearing(call) == {"a1", "02155550000"}
    assert call.third is not None
    world.ends(call.third.leg)
    assert world.hearing(call) == {"a1", "customer"}


@pytest.mark.parametrize("to", [c.ToAgent("a2"), c.ToOutside("02155550000")])
def test_conference_joins_all_and_goes_on_without_the_first_agent(to: c.Party) -> None:
    world, call = talking()
    ask(world, call, Purpose.CONFERENCE, to)
    third = "a2" if isinstance(to, c.ToAgent) else "02155550000"
    assert world.hearing(call) == {"a1", "customer", third}
    world.must(c.Release(actor="a1", call=call.id))
    assert world.hearing(call) == {"customer", third}
    assert world.grants_ended() == [("a1", GrantEnd.TRANSFERRED)]
    world.verify_fold()


def test_help_becomes_a_conference_and_the_helper_leaves_it() -> None:
    world, call = talking()
    ask(world, call, Purpose.HELP, c.ToAgent("a2"))
    world.must(c.Confer(actor="a1", call=call.id))
    assert world.hearing(call) == {"a1", "a2", "customer"}
    world.must(c.Release(actor="a2", call=call.id))
    assert world.hearing(call) == {"a1", "customer"}


def test_transfer_to_an_agent_hands_the_caller_over_once_he_answers() -> None:
    world, call = talking()
    world.must(c.Consult(actor="a1", call=call.id, to=c.ToAgent("a2"), purpose=Purpose.TRANSFER))
    assert world.switch.legs["line1"].music
    world.answer("a2")
    assert (call.agent, world.hearing(call)) == ("a2", {"a2", "customer"})
    assert world.doing("a1") == WRAPPING
    assert world.grants_ended() == [("a1", GrantEnd.TRANSFERRED)]
    world.verify_fold()


def test_transfer_outside_leaves_no_agent_and_ends_with_either() -> None:
    world, call = talking()
    ask(world, call, Purpose.TRANSFER, c.ToOutside("02155550000"))
    assert (call.place, world.hearing(call)) == (Place.OUTSIDE, {"02155550000", "customer"})
    world.settle()
    assert not any(leg.recording for leg in world.switch.legs.values())
    world.ends("line1")
    assert call.end is CallEnd.NORMAL
    world.settle()
    assert world.switch.legs == {}
    assert world.switch.conversations == set()


def test_a_conference_with_somebody_outside_is_recorded_until_the_agent_leaves() -> None:
    world, call = talking()
    ask(world, call, Purpose.CONFERENCE, c.ToOutside("02155550000"))
    assert all(leg.recording for leg in world.switch.legs.values())
    world.must(c.Release(actor="a1", call=call.id))
    world.settle()
    assert (call.place, world.hearing(call)) == (Place.OUTSIDE, {"02155550000", "customer"})
    assert not any(leg.recording for leg in world.switch.legs.values())


def test_help_is_completed_as_a_transfer() -> None:
    world, call = talking()
    ask(world, call, Purpose.HELP, c.ToAgent("a2"))
    world.must(c.CompleteTransfer(actor="a1", call=call.id))
    assert call.agent == "a2"
    assert call.record.transfers == 1


def test_a_colleague_who_is_not_free_cannot_be_asked() -> None:
    world, call = talking()
    world.must(c.BecomeNotReady(actor="a2", agent="a2", cause="LUNCH"))
    command = c.Consult(actor="a1", call=call.id, to=c.ToAgent("a2"), purpose=Purpose.HELP)
    refused = world.give(command).refused
    assert refused is not None
    assert refused.why is Why.COLLEAGUE_NOT_FREE


def test_the_caller_hangs_up_during_help_and_everybody_is_free() -> None:
    world, call = talking()
    ask(world, call, Purpose.HELP, c.ToAgent("a2"))
    world.ends("line1")
    assert (world.doing("a1"), world.doing("a2")) == (WRAPPING, WRAPPING)
    world.settle()
    assert world.switch.legs == {}


def sit_in(world: SiteWorld, call: Call, mode: Mode) -> None:
    world.must(c.Supervise(actor="b1", call=call.id, agent="a1", mode=mode))
    world.answer("b1")


@pytest.mark.parametrize(("mode", "listening"), [(Mode.SILENT, Listening.SILENT), (Mode.WHISPER, Listening.WHISPER)])
def test_a_leader_sits_in_and_only_hears_or_is_heard_by_the_agent(mode: Mode, listening: Listening) -> None:
    world, call = talking()
    world.must(c.Supervise(actor="b1", call=call.id, agent="a1", mode=mode))
    leg = call.leg_of("b1")
    assert leg is not None
    outcome = world.hear(world.switch.connect(leg.id, world.at))
    orders = [order for order in outcome.orders if isinstance(order, o.Monitor)]
    assert [(order.leg, order.listener, order.listening) for order in orders] == [
        (call.agents["a1"], leg.id, listening)
    ]
    assert world.hearing(call) == {"a1", "customer"}
    world.must(c.StopSupervising(actor="b1", call=call.id))
    assert world.switch.monitors == {}
    assert world.doing("b1") == (AgentState.NOT_READY, "SIGNED_IN")


def test_barge_in_is_heard_by_all_and_becomes_silent_again() -> None:
    world, call = talking()
    sit_in(world, call, Mode.SILENT)
    world.must(c.Supervise(actor="b1", call=call.id, agent="a1", mode=Mode.BARGE_IN))
    assert world.hearing(call) == {"a1", "b1", "customer"}
    assert world.switch.monitors == {}
    world.must(c.Supervise(actor="b1", call=call.id, agent="a1", mode=Mode.SILENT))
    assert world.hearing(call) == {"a1", "customer"}
    assert len(world.switch.monitors) == 1


@pytest.mark.parametrize("before", [None, Mode.WHISPER, Mode.BARGE_IN])
def test_intercept_leaves_caller_and_leader_and_the_agent_is_not_ready(before: Mode | None) -> None:
    world, call = talking()
    if before is None:
        sit_in(world, call, Mode.INTERCEPT)
    else:
        sit_in(world, call, before)
        world.must(c.Supervise(actor="b1", call=call.id, agent="a1", mode=Mode.INTERCEPT))
    assert (call.agent, world.hearing(call)) == ("b1", {"b1", "customer"})
    assert world.doing("a1") == (AgentState.NOT_READY, "INTERCEPTED")
    assert world.grants_ended() == [("a1", GrantEnd.INTERCEPTED)]
    assert world.switch.monitors == {}
    world.verify_fold()


def test_only_a_leader_supervises_and_the_call_ends_it() -> None:
    world, call = talking()
    refused = world.give(c.Supervise(actor="a2", call=call.id, agent="a1", mode=Mode.SILENT)).refused
    assert refused is not None
    assert refused.why is Why.NOT_A_LEADER
    sit_in(world, call, Mode.SILENT)
    world.ends("line1", e.Cause.NORMAL)
    assert world.doing("b1") == (AgentState.NOT_READY, "SIGNED_IN")


def test_an_agent_whose_telephone_is_lost_in_a_conference_leaves_the_caller_with_the_other() -> None:
    world, call = talking()
    ask(world, call, Purpose.CONFERENCE, c.ToAgent("a2"))
    world.ends(call.agents["a1"], e.Cause.MEDIA_LOST)
    assert world.doing("a1") == (AgentState.NOT_READY, "PHONE_LOST")
    assert (call.agent, world.hearing(call)) == ("a2", {"a2", "customer"})


def test_a_helper_whose_telephone_is_lost_is_not_ready_and_the_caller_is_back() -> None:
    world, call = talking()
    ask(world, call, Purpose.HELP, c.ToAgent("a2"))
    world.ends(call.agents["a2"], e.Cause.MEDIA_LOST)
    assert world.doing("a2") == (AgentState.NOT_READY, "PHONE_LOST")
    assert world.hearing(call) == {"a1", "customer"}
