"""The telephony bar, key by key."""

from __future__ import annotations

import pytest
from site_world import SiteWorld, settings

from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import orders as o
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.state import Call
from tellerline.callcenter.site.words import AgentState, CallEnd, Ear, GrantEnd, Place, ReleasePolicy
from tellerline.connectors.telephony import events as e
from tellerline.connectors.telephony.switch import SecretPlan

WRAPPING = (AgentState.WORKING_AFTER_CALL, "")
BUSY = (AgentState.BUSY, "")


def talking(**changes: object) -> tuple[SiteWorld, Call]:
    world = SiteWorld(settings(**changes))
    world.agent("a1")
    call = world.caller()
    world.answer("a1")
    return world, call


def test_hold_plays_music_to_the_caller_until_resume() -> None:
    world, call = talking()
    world.must(c.Hold(actor="a1", call=call.id))
    assert world.hearing(call) == {"a1"}
    assert world.switch.legs["line1"].music
    world.must(c.Resume(actor="a1", call=call.id))
    assert world.hearing(call) == {"customer", "a1"}


def test_a_telephone_that_holds_by_itself_is_held() -> None:
    world, call = talking()
    leg = call.agents["a1"]
    world.hear(e.PhoneHeld(at=world.at, leg=leg))
    assert call.held_since is not None
    world.hear(e.PhoneRetrieved(at=world.at, leg=leg))
    assert world.hearing(call) == {"customer", "a1"}


def test_release_leads_the_caller_to_the_closing_flow() -> None:
    world, call = talking()
    world.must(c.Release(actor="a1", call=call.id))
    assert (call.place, call.flow) == (Place.IVR, "closing")
    assert world.doing("a1") == WRAPPING
    assert world.grants_ended() == [("a1", GrantEnd.HUNG_UP)]


def test_release_is_refused_where_agents_may_not_hang_up_first() -> None:
    world, call = talking(releases=ReleasePolicy.REFUSED)
    refused = world.give(c.Release(actor="a1", call=call.id)).refused
    assert refused is not None
    assert refused.why is Why.MAY_NOT_RELEASE


def test_who_hangs_up_all_the_same_returns_the_caller_to_his_place() -> None:
    world, call = talking(releases=ReleasePolicy.REFUSED)
    entered = call.request
    world.passes(50)
    world.ends(call.agents["a1"])
    assert call.place is Place.QUEUE
    assert call.request == entered


def test_release_clears_the_caller_where_the_site_says_so() -> None:
    world, call = talking(releases=ReleasePolicy.CLEAR)
    world.must(c.Release(actor="a1", call=call.id))
    assert call.end is CallEnd.NORMAL
    assert world.switch.legs["line1"].cleared is not None


def test_a_lost_telephone_makes_not_ready_and_the_caller_goes_to_the_next_agent() -> None:
    world, call = talking()
    world.agent("a2")
    world.ends(call.agents["a1"], e.Cause.MEDIA_LOST)
    assert world.doing("a1") == (AgentState.NOT_READY, "PHONE_LOST")
    world.answer("a2")
    assert world.hearing(call) == {"customer", "a2"}


def test_call_out_calls_the_agent_then_the_number() -> None:
    world = SiteWorld()
    world.agent("a1")
    world.must(c.CallOut(actor="a1", call="out1", number="02155550000"))
    call = world.state.calls["out1"]
    assert (call.place, world.doing("a1")) == (Place.DIALLING, BUSY)
    world.answer("a1")
    assert world.switch.legs[call.customer].number == "02155550000"
    world.answer_leg(call.customer)
    assert world.hearing(call) == {"customer", "a1"}
    world.must(c.Release(actor="a1", call="out1"))
    assert call.end is CallEnd.NORMAL
    world.verify_fold()


def test_a_call_out_that_is_not_answered_frees_the_agent_as_he_was() -> None:
    world = SiteWorld()
    world.agent("a1", ready=False)
    world.must(c.CallOut(actor="a1", call="out1", number="02155550000"))
    world.answer("a1")
    world.ends(world.state.calls["out1"].customer, e.Cause.NO_ANSWER)
    assert world.doing("a1") == (AgentState.NOT_READY, "SIGNED_IN")


def test_a_pin_is_typed_while_the_agent_hears_music_and_the_caller_comes_back() -> None:
    world, call = talking()
    world.must(c.TransferToIvr(actor="a1", call=call.id, flow="pin", returns=True))
    agent = call.agents["a1"]
    assert world.switch.legs[agent].music
    asked = world.must(c.IvrWants(call=call.id, flow="pin", wants=(c.AskSecret(plan=SecretPlan(length=6)),)))
    order = asked.orders[-1]
    assert isinstance(order, o.CollectSecret)
    assert call.legs["line1"].ear is Ear.SECURED
    assert world.hearing(call) == set()
    end = e.SecretEnd.COMPLETE
    told = world.hear(e.SecretCollected(at=world.at, collection=order.collection, leg="line1", end=end, sealed=b"x"))
    world.switch.legs["line1"].collection = ""
    assert [each.sealed for each in told.orders if isinstance(each, o.TellIvr)] == [b"x"]
    assert b"x" not in repr(told.facts).encode()
    world.must(c.IvrWants(call=call.id, flow="pin", wants=(c.BackToAgent(outcome={"pin": "right"}),)))
    assert world.hearing(call) == {"customer", "a1"}
    assert world.grants_ended() == []
    world.verify_fold()


def test_transfer_to_the_ivr_for_good_frees_the_agent_and_ends_the_grant() -> None:
    world, call = talking()
    world.must(c.TransferToIvr(actor="a1", call=call.id, flow="rates"))
    assert (call.place, call.flow, world.doing("a1")) == (Place.IVR, "rates", WRAPPING)
    assert world.grants_ended() == [("a1", GrantEnd.TRANSFERRED)]


def test_transfer_to_a_queue_finds_another_agent() -> None:
    world, call = talking()
    world.agent("a2")
    world.must(c.TransferToQueue(actor="a1", call=call.id, queue="credit"))
    world.answer("a2")
    assert call.agent == "a2"
    assert world.grants_ended() == [("a1", GrantEnd.TRANSFERRED)]
    assert [s.name for s in call.record.segments if s.kind == "AGENT"] == ["a1", "a2"]


def test_the_bar_is_refused_to_who_is_not_in_the_call_and_while_the_switch_is_away() -> None:
    world, call = talking()
    world.agent("a2")
    refused = world.give(c.Hold(actor="a2", call=call.id)).refused
    assert refused is not None
    assert refused.why is Why.NOT_IN_CALL
    world.hear(e.LinkLost(at=world.at))
    refused = world.give(c.Hold(actor="a1", call=call.id)).refused
    assert refused is not None
    assert refused.why is Why.SWITCH_UNAVAILABLE


@pytest.mark.parametrize("key", [c.Resume, c.EndConsult, c.Confer, c.CompleteTransfer])
def test_a_key_out_of_place_is_refused_and_changes_nothing(key: type[c.CallCommand]) -> None:
    world, call = talking()
    outcome = world.give(key(actor="a1", call=call.id))
    assert outcome.refused is not None
    assert outcome.refused.why is Why.WRONG_CALL_STATE
    assert list(outcome.facts) == []
    assert list(outcome.orders) == []


def test_every_change_of_a_call_makes_a_command_of_before_stale() -> None:
    world, call = talking()
    version = call.version
    world.must(c.Hold(actor="a1", call=call.id, expected_version=version))
    refused = world.give(c.Resume(actor="a1", call=call.id, expected_version=version)).refused
    assert refused is not None
    assert (refused.why, refused.version) == (Why.STALE_VERSION, call.version)
    versions = [fact.version for fact in world.facts if isinstance(fact, f.CallFact)]
    assert versions == sorted(versions)


def test_nobody_calls_out_under_an_id_that_a_caller_is_going_to_have() -> None:
    world = SiteWorld()
    world.agent("a1")
    taken = world.give(c.CallOut(actor="a1", call="north-1", number="13800138001"))
    assert taken.refused is not None
    assert taken.refused.why is Why.CALL_EXISTS
    world.must(c.CallOut(actor="a1", call="north-a1-1", number="13800138001"))
    assert world.caller().id == "north-1"
    world.verify_fold()
