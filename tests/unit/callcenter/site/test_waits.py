"""Places and waits as callers are told them: of what the site has seen, at most so often, and measured."""

from __future__ import annotations

from dataclasses import replace

import pytest
from site_world import PLAN, SiteWorld, settings

from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import orders as o
from tellerline.callcenter.site import waits
from tellerline.callcenter.site.state import Call
from tellerline.callcenter.site.turn import Outcome
from tellerline.callcenter.site.words import CallEnd, Place
from tellerline.connectors.telephony import events as e

CARDS = replace(PLAN.queues["cards"], handling=100, told_every=30, callback_beyond=250)


def world() -> SiteWorld:
    """One agent talks; a call of the queue is believed to take 100 s."""
    made = SiteWorld(settings(plan=replace(PLAN, queues={"cards": CARDS})))
    made.agent("a1")
    made.caller("line0")
    made.answer("a1")
    return made


def told(outcome: Outcome) -> list[tuple[str, int, float | None, str]]:
    news = [order for order in outcome.orders if isinstance(order, o.TellIvr) and order.news is o.IvrNews.WAITS]
    return [(each.call, each.position, each.wait, each.offer) for each in news]


def wants(made: SiteWorld, call: Call, *given: c.Want) -> Outcome:
    return made.must(c.IvrWants(call=call.id, flow=call.flow, wants=given))


def test_places_and_waits_are_told_on_entry_and_then_every_so_often() -> None:
    made = world()
    first = made.caller("line1")
    assert told(made.passes(0)) == [(first.id, 1, 100.0, "")]
    second = made.caller("line2")
    assert told(made.passes(1)) == [(second.id, 2, 200.0, "")]
    assert told(made.passes(28)) == []
    assert [place for _, place, _, _ in told(made.passes(2))] == [1, 2]
    made.ends("line1")
    assert [place for _, place, _, _ in told(made.passes(30))] == [1]
    made.verify_fold()


def test_waits_follow_staffing_at_once_and_nothing_is_told_where_nobody_is() -> None:
    made = world()
    call = made.caller("line1")
    made.passes(1)
    made.agent("a2", ready=False)
    made.must(c.SignOut(actor="a1", agent="a1"))
    made.ends("line0")
    made.passes(60)
    assert [(place, wait) for _, place, wait, _ in told(made.passes(30))] == [(1, None)]
    made.must(c.BecomeReady(actor="a2", agent="a2"))
    assert call.reservation
    assert told(made.passes(10)) == [], "not while a telephone rings for the caller"


def test_a_long_wait_is_offered_a_callback_and_a_step_too() -> None:
    made = world()
    calls = [made.caller(f"line{line}") for line in range(1, 5)]
    made.passes(1)
    offers = [call.waiting.told.offer for call in calls if call.waiting and call.waiting.told]
    assert offers == ["", "", "callback", "callback"]
    made.passes(130)
    assert {offer for _, _, _, offer in told(made.passes(30))} == {"callback"}


def test_what_was_told_first_is_measured_when_an_agent_answers() -> None:
    made = world()
    call = made.caller("line1")
    made.passes(1)
    made.passes(40)
    made.ends("line0")
    made.must(c.FinishWork(actor="a1", agent="a1"))
    made.answer("a1")
    (measured,) = [fact for fact in made.facts if isinstance(fact, f.WaitMeasured)]
    assert (measured.call, measured.position, measured.expected, measured.real) == (call.id, 1, 100.0, 40.0)
    assert [each.real for each in call.record.waits] == [40.0]
    error = waits.error_of(made.state, "cards")
    assert error is not None
    assert (error.calls, error.bias) == (1, 60.0)
    assert waits.error_of(made.state, "credit") is None
    made.verify_fold()


def test_what_a_queue_is_like_follows_from_facts() -> None:
    made = world()
    made.caller("line1")
    made.passes(60)
    made.ends("line1")
    recent = made.state.queues["cards"]
    assert recent.gave_up == 1
    assert recent.exposed == pytest.approx(60, abs=1)
    made.ends("line0")
    made.must(c.FinishWork(actor="a1", agent="a1"))
    assert (recent.handled, recent.handling) == (1, 60)
    assert recent.entered == 2
    made.verify_fold()


def test_nobody_is_told_anything_while_the_link_is_down() -> None:
    made = world()
    made.caller("line1")
    made.hear(e.LinkLost(at=made.at))
    assert told(made.passes(60)) == []
    made.hear(e.LinkRestored(at=made.at, restarted=False))
    assert [place for _, place, _, _ in told(made.passes(0))] == [1]


def test_who_leaves_the_line_by_choice_goes_on_in_his_flow() -> None:
    made = world()
    call = made.caller("line1")
    wants(made, call, c.LeaveQueue())
    assert (call.place, call.flow, call.waiting) == (Place.IVR, "waiting", None)
    refused = made.give(c.IvrWants(call=call.id, flow="waiting", wants=(c.LeaveQueue(),)))
    assert refused.refused is not None
    assert made.state.queues["cards"].gave_up == 0
    made.verify_fold()


def test_who_asked_for_a_callback_keeps_it_when_he_hangs_up() -> None:
    made = world()
    call = made.caller("line1")
    wants(made, call, c.KeepCallback(number="139"))
    assert call.place is Place.QUEUE
    made.ends("line1")
    assert (call.place, call.end) == (Place.CALLBACK, None)
    made.verify_fold()


def test_a_failed_flow_lets_its_caller_wait_on() -> None:
    made = world()
    call = made.caller("line1")
    wants(made, call, c.Rescue(call_class="standard"))
    assert (call.place, call.end) == (Place.QUEUE, None)
    other = made.caller("line2", queue=None)
    wants(made, other, c.Rescue(call_class="standard"))
    assert other.end is CallEnd.NORMAL
