"""A caller's way through the site: IVR, queue, agent, end."""

from __future__ import annotations

from datetime import timedelta

from site_world import SiteWorld, settings

from tellerline.callcenter.live.codec import state_to_json
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import orders as o
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.words import AgentState, CallEnd, GrantEnd, Place, ReservationState, Target
from tellerline.connectors.telephony.events import Cause, Connected, Digit

READY = (AgentState.READY, "")
RESERVED = (AgentState.RESERVED, "")


def test_a_caller_is_served_and_the_agent_works_after_the_call() -> None:
    world = SiteWorld()
    world.agent("a1")
    call = world.caller()
    assert world.doing("a1") == RESERVED
    world.answer("a1")
    assert (call.place, call.agent) == (Place.TALK, "a1")
    assert world.hearing(call) == {"customer", "a1"}
    world.passes(100)
    world.ends("line1")
    assert call.end is CallEnd.NORMAL
    assert world.grants_ended() == [("a1", GrantEnd.HUNG_UP)]
    assert world.doing("a1") == (AgentState.WORKING_AFTER_CALL, "")
    world.passes(60)
    assert world.doing("a1") == READY
    world.settle()
    world.verify_fold()


def test_a_caller_hears_music_and_the_waiting_flow_until_an_agent_is_there() -> None:
    world = SiteWorld()
    call = world.caller()
    assert (call.place, call.flow) == (Place.QUEUE, "waiting")
    assert world.switch.legs["line1"].music
    world.agent("a1")
    world.answer("a1")
    assert not world.switch.legs["line1"].music
    assert world.switch.told[-1].news is o.IvrNews.LEFT


def test_an_offer_that_rings_out_makes_the_agent_not_ready_and_goes_to_the_next() -> None:
    world = SiteWorld()
    world.agent("a1")
    world.agent("a2")
    call = world.caller()
    world.passes(20)
    assert world.doing("a1") == (AgentState.NOT_READY, "RONA")
    assert world.doing("a2") == RESERVED
    world.must(c.BecomeReady(actor="a1", agent="a1"))
    world.must(c.RejectReservation(actor="a2", agent="a2", reservation=call.reservation))
    assert world.doing("a2") == (AgentState.NOT_READY, "REJECT")
    assert world.doing("a1") == READY, "not the same call again so soon"
    world.passes(60)
    assert world.doing("a1") == RESERVED
    world.verify_fold()


def test_a_late_answer_after_the_offer_timed_out_is_hung_up() -> None:
    world = SiteWorld()
    world.agent("a1")
    call = world.caller()
    leg = call.leg_of("a1")
    assert leg is not None
    world.passes(20)
    outcome = world.hear(Connected(at=world.at, leg=leg.id))
    assert list(outcome.orders) == [o.Clear(leg=leg.id)]
    assert call.place is Place.QUEUE


def test_a_caller_who_hangs_up_leaves_the_agent_ready_since_before() -> None:
    world = SiteWorld()
    world.agent("a1")
    since = world.state.agents["a1"].ready_since
    world.passes(30)
    call = world.caller()
    world.passes(5)
    world.ends("line1")
    assert call.end is CallEnd.ABANDONED
    assert world.doing("a1") == READY
    assert world.state.agents["a1"].ready_since == since
    changed = [fact.state for fact in world.facts if isinstance(fact, f.ReservationChanged)]
    assert changed == [ReservationState.CANCELED]
    world.verify_fold()


def test_an_agent_whose_telephone_cannot_be_reached_is_not_ready_and_the_call_goes_on() -> None:
    world = SiteWorld()
    world.agent("a1")
    call = world.caller()
    leg = call.leg_of("a1")
    assert leg is not None
    world.ends(leg.id, Cause.UNREACHABLE)
    assert world.doing("a1") == (AgentState.NOT_READY, "PHONE_LOST")
    assert call.place is Place.QUEUE


def test_without_ringing_the_bar_answers_and_the_telephone_takes_the_call_by_itself() -> None:
    world = SiteWorld(settings(ring_on_offer=False))
    world.agent("a1")
    call = world.caller()
    assert call.leg_of("a1") is None
    outcome = world.must(c.AcceptReservation(actor="a1", agent="a1", reservation=call.reservation))
    assert [order.auto_answer for order in outcome.orders if isinstance(order, o.Dial)] == [True]
    world.answer("a1")
    assert world.hearing(call) == {"customer", "a1"}
    late = world.give(c.AcceptReservation(actor="a1", agent="a1", reservation="north-o1"))
    assert late.refused is not None
    assert late.refused.why is Why.RESERVATION_GONE


def test_a_rescinded_reservation_cannot_be_answered() -> None:
    world = SiteWorld(settings(ring_on_offer=False))
    world.agent("a1")
    world.agent("b1", leader=True, ready=False)
    call = world.caller()
    reservation = call.reservation
    world.must(c.Force(actor="b1", agent="a1", to=Target.NOT_READY, hard=True))
    late = world.give(c.AcceptReservation(actor="a1", agent="a1", reservation=reservation))
    assert late.refused is not None
    assert late.refused.why is Why.RESERVATION_GONE


def test_a_callback_keeps_the_place_and_is_dialled_when_an_agent_is_there() -> None:
    world = SiteWorld()
    call = world.caller()
    world.must(c.IvrWants(call=call.id, flow="waiting", wants=(c.KeepCallback(number="13900139000"), c.HangUp())))
    world.settle()
    assert call.place is Place.CALLBACK
    world.agent("a1")
    world.answer("a1")
    assert world.doing("a1") == RESERVED, "held until the customer answers"
    world.answer_leg(call.customer)
    assert call.agent == "a1"
    assert world.hearing(call) == {"customer", "a1"}
    world.verify_fold()


def test_a_callback_that_is_not_answered_is_tried_again_and_frees_the_agent() -> None:
    world = SiteWorld(settings(callback_attempts=2, callback_retry=timedelta(minutes=10)))
    call = world.caller()
    world.must(c.IvrWants(call=call.id, flow="waiting", wants=(c.KeepCallback(number="13900139000"), c.HangUp())))
    world.settle()
    world.agent("a1")
    for attempt in (1, 2):
        world.answer("a1")
        world.ends(call.customer, Cause.NO_ANSWER)
        world.settle()
        assert world.doing("a1") == READY
        if attempt == 1:
            world.passes(600)
    assert call.end is CallEnd.UNREACHED
    world.verify_fold()


def test_voicemail_takes_who_waited_for_too_long() -> None:
    world = SiteWorld()
    call = world.caller()
    world.agent("a1", ready=False)
    world.must(c.BecomeReady(actor="a1", agent="a1"))
    world.must(c.RejectReservation(actor="a1", agent="a1", reservation=call.reservation))
    world.passes(901)
    assert (call.place, call.flow) == (Place.IVR, "voicemail")


def test_digits_and_the_sealed_block_go_to_the_flow_and_into_no_fact() -> None:
    world = SiteWorld()
    call = world.caller(queue=None)
    told = world.hear(Digit(at=world.at, leg="line1", digit="7"))
    assert told.facts == []
    assert isinstance(told.orders[0], o.TellIvr)
    assert (told.orders[0].call, told.orders[0].digit) == (call.id, "7")


def test_wants_of_a_flow_that_the_call_has_left_are_refused() -> None:
    world = SiteWorld()
    call = world.caller()
    outcome = world.give(c.IvrWants(call=call.id, flow="main", wants=(c.HangUp(),)))
    assert outcome.refused is not None
    assert outcome.refused.why is Why.IVR_MOVED_ON


def test_a_record_is_completed_then_corrected_with_its_history_kept() -> None:
    world = SiteWorld()
    world.agent("a1")
    call = world.caller()
    world.answer("a1")
    world.ends("line1")
    world.must(c.CompleteRecord(actor="a1", call=call.id, entries={"kind": "loss"}))
    assert world.give(c.CompleteRecord(actor="a1", call=call.id, entries={})).refused is not None
    world.must(c.CorrectRecord(actor="a1", call=call.id, entries={"kind": "balance"}, reason="misheard"))
    assert call.record.entries == {"kind": "balance"}
    assert [each.entries["kind"] for each in call.record.history] == ["loss", "balance"]
    assert [s.kind for s in call.record.segments] == ["IVR", "QUEUE", "AGENT", "TALK"]


def test_ended_calls_are_kept_at_hand_for_a_time_and_up_to_a_number_and_can_be_brought_back() -> None:
    world = SiteWorld(settings(kept_calls=5, kept_records=timedelta(hours=1)))
    world.agent("a1")
    calls = []
    for number in range(8):
        call = world.caller(f"line{number}")
        world.answer("a1")
        world.ends(f"line{number}")
        world.settle()
        world.must(c.FinishWork(actor="a1", agent="a1"))
        calls.append(call.id)
    world.passes(1)
    assert list(world.state.ended) == calls[3:]
    world.passes(3601)
    assert not world.state.ended
    late = c.CompleteRecord(actor="a1", call=calls[0], entries={"topic": "cards"})
    assert world.give(late).refused is not None
    archived = next(fact.kept for fact in world.facts if isinstance(fact, f.RecordArchived))
    assert archived is not None
    version = archived.version
    world.must(c.Restore(call=archived))
    world.must(c.Restore(call=archived))
    world.must(late)
    assert world.state.ended[calls[0]].version == version + 1
    assert archived.record.entries == {}
    world.verify_fold()
    world.passes(3601)
    assert not world.state.ended
    assert [fact.kept.record.entries for fact in world.facts if isinstance(fact, f.RecordArchived) and fact.kept][-1]


def served(world: SiteWorld, number: int) -> None:
    """A call from ring to record."""
    call = world.caller(f"line{number}")
    world.answer("a1")
    world.ends(f"line{number}")
    world.settle()
    world.must(c.CompleteRecord(actor="a1", call=call.id, entries={"topic": "cards"}))
    world.must(c.FinishWork(actor="a1", agent="a1"))
    world.passes(20)


def test_what_a_site_remembers_does_not_grow_with_its_calls() -> None:
    world = SiteWorld(settings(kept_calls=50))
    world.agent("a1")
    sizes = []
    for number in range(200):
        served(world, number)
        if number in (99, 199):
            sizes.append(len(state_to_json(world.state)))
    assert len(world.state.ended) == 50
    assert sizes[1] < 1.05 * sizes[0]
    assert not world.state.legs
    assert not world.state.recordings
    world.verify_fold()
