"""After a lost link, a restart of the switch or of the controller: state and switch are one again."""

from __future__ import annotations

import copy
import dataclasses
from datetime import timedelta

from pydantic import TypeAdapter
from site_chaos import RandomChoice, SiteChaos
from site_world import SiteWorld, settings

from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site import orders as o
from tellerline.callcenter.site.evolve import evolve
from tellerline.callcenter.site.site import Site
from tellerline.callcenter.site.state import Call, SiteState
from tellerline.callcenter.site.words import AgentState, CallEnd, Place
from tellerline.connectors.telephony import events as e
from tellerline.connectors.telephony.errors import SwitchReason
from tellerline.connectors.telephony.snapshot import LegSeen, LegState, Snapshot
from tellerline.connectors.telephony.switch import SecretPlan


def talking() -> tuple[SiteWorld, Call]:
    world = SiteWorld()
    world.agent("a1")
    call = world.caller()
    world.answer("a1")
    return world, call


def converge(world: SiteWorld) -> list[o.Order]:
    return list(world.must(c.Converge(snapshot=world.switch.snapshot())).orders)


def test_nothing_is_done_twice_to_a_call_that_is_as_it_should_be() -> None:
    world, _ = talking()
    assert converge(world) == []


def test_a_caller_who_hung_up_while_the_link_was_lost_is_gone_after_it() -> None:
    world, call = talking()
    world.hear(e.LinkLost(at=world.at))
    world.switch.end("line1", e.Cause.NORMAL, world.at)
    world.passes(10)
    world.hear(e.LinkRestored(at=world.at, restarted=False))
    converge(world)
    assert call.end is CallEnd.NORMAL
    assert world.doing("a1") == (AgentState.WORKING_AFTER_CALL, "")


def test_an_answer_while_the_link_was_lost_counts_and_the_offer_did_not_time_out() -> None:
    world = SiteWorld()
    world.agent("a1")
    call = world.caller()
    leg = call.leg_of("a1")
    assert leg is not None
    world.hear(e.LinkLost(at=world.at))
    world.switch.connect(leg.id, world.at)
    world.passes(300)
    assert world.doing("a1") == (AgentState.RESERVED, "")
    world.hear(e.LinkRestored(at=world.at, restarted=False))
    converge(world)
    assert world.hearing(call) == {"customer", "a1"}


def test_a_restart_of_the_switch_ends_every_call_and_callbacks_live_on() -> None:
    world, call = talking()
    later = world.caller("line2")
    world.must(c.IvrWants(call=later.id, flow="waiting", wants=(c.KeepCallback(number="139"), c.HangUp())))
    world.settle()
    world.hear(e.LinkLost(at=world.at))
    world.switch.restart()
    world.hear(e.LinkRestored(at=world.at, restarted=True))
    assert call.place is Place.ENDED
    assert later.place is Place.CALLBACK
    assert converge(world) == []


def test_nobody_is_offered_a_caller_who_went_with_the_switch() -> None:
    world = SiteWorld(settings(wrap_up=timedelta(0)))
    world.agent("a1")
    world.caller()
    world.answer("a1")
    world.caller("line2")
    world.hear(e.LinkLost(at=world.at))
    world.switch.restart()
    outcome = world.hear(e.LinkRestored(at=world.at, restarted=True))
    assert not [fact for fact in outcome.facts if isinstance(fact, f.ReservationMade)]
    assert not [order for order in outcome.orders if isinstance(order, o.Dial)]


def test_strangers_are_cleared_and_a_caller_who_waits_is_welcome() -> None:
    world, _ = talking()
    seen = world.switch.snapshot()
    new = LegSeen(leg="line9", state=LegState.OFFERED, incoming=True, number="139", called="95588")
    ghost = LegSeen(leg="ghost", state=LegState.CONNECTED, incoming=False, number="801")
    snapshot = Snapshot(
        legs={**seen.legs, "line9": new, "ghost": ghost},
        conversations={**seen.conversations, "old.c": frozenset()},
        recordings={**seen.recordings, "old.r1": "ghost"},
        monitors={"old.m": ("ghost", "line1")},
    )
    orders = list(world.must(c.Converge(snapshot=snapshot)).orders)
    assert orders == [
        o.Answer(leg="line9"),
        o.Clear(leg="ghost"),
        o.CloseConversation(conversation="old.c"),
        o.StopMonitoring(leg="line1", monitor="old.m"),
        o.StopRecording(leg="ghost", recording="old.r1"),
    ]
    assert world.state.legs["line9"] in world.state.calls


def test_an_offer_that_was_written_down_and_not_dialled_is_dialled_by_the_next_controller() -> None:
    world = SiteWorld()
    world.agent("a1")
    world.dying = True
    call = world.caller()
    world.dying = False
    leg = call.leg_of("a1")
    assert leg is not None
    world.site = Site(world.settings, copy.deepcopy(world.folded))
    orders = converge(world)
    assert [order.leg for order in orders if isinstance(order, o.Dial)] == [leg.id]
    assert [order.news for order in orders if isinstance(order, o.TellIvr)] == [o.IvrNews.ENTERED]


def test_a_telephone_that_cannot_be_dialled_is_lost_and_one_of_unknown_fate_is_waited_for() -> None:
    world = SiteWorld()
    world.agent("a1")
    call = world.caller()
    leg = call.leg_of("a1")
    assert leg is not None
    dial = o.Dial(leg=leg.id, address=leg.address)
    assert world.give(c.OrderFailed(order=dial, reason=SwitchReason.UNKNOWN)).facts == []
    world.give(c.OrderFailed(order=dial, reason=SwitchReason.UNREACHABLE))
    assert world.doing("a1") == (AgentState.NOT_READY, "PHONE_LOST")
    assert call.place is Place.QUEUE


def test_orders_that_fail_are_heard_of_by_the_flow_or_end_the_leg() -> None:
    world = SiteWorld()
    call = world.caller(queue=None)
    played = world.must(c.IvrWants(call=call.id, flow="main", wants=(c.PlayPrompts(prompts=("sound:x",)),)))
    failed = world.give(c.OrderFailed(order=played.orders[-1], reason=SwitchReason.REFUSED))
    assert [order.played for order in failed.orders if isinstance(order, o.TellIvr)] == [e.Ended.FAILED]
    join = o.Join(leg="line1", conversation=call.conversation)
    assert list(world.give(c.OrderFailed(order=join, reason=SwitchReason.REFUSED)).orders) == [o.Clear(leg="line1")]
    record = o.Record(leg="line1", recording="unknown")
    assert list(world.give(c.OrderFailed(order=record, reason=SwitchReason.REFUSED)).orders) == []


def test_facts_and_state_survive_being_written_as_json() -> None:
    for seed in range(10):
        world = SiteWorld(settings())
        SiteChaos(world, RandomChoice(seed)).run(80)
        read = SiteState()
        for fact in world.facts:
            kind: TypeAdapter[f.Fact] = TypeAdapter(f.KINDS[type(fact).__name__])
            evolve(read, kind.validate_json(kind.dump_json(fact)))
        assert read == world.state
        image = TypeAdapter(SiteState)
        assert image.validate_json(image.dump_json(read)) == world.state


def test_a_secret_whose_end_the_switch_did_not_hear_of_is_stopped_before_anything_else() -> None:
    world = SiteWorld()
    call = world.caller(queue=None)
    asked = world.must(c.IvrWants(call=call.id, flow="main", wants=(c.AskSecret(plan=SecretPlan(length=6)),)))
    world.dying = True
    enter = c.EnterQueue(queue="cards", call_class="standard")
    world.must(c.IvrWants(call=call.id, flow="main", wants=(enter,)))
    world.dying = False
    order = asked.orders[-1]
    assert isinstance(order, o.CollectSecret)
    first = converge(world)[0]
    assert first == o.StopCollecting(leg="line1", collection=order.collection)
    assert world.switch.legs["line1"].music


def test_a_recording_ordered_since_the_switch_was_looked_at_does_not_run_beside_its_successor() -> None:
    world, call = talking()
    ordered = {leg.id: leg.recording for leg in call.legs.values()}
    before = dataclasses.replace(world.switch.snapshot(), recordings={})
    orders = list(world.must(c.Converge(snapshot=before)).orders)
    assert len(ordered) == 2
    for leg in call.legs.values():
        stop = orders.index(o.StopRecording(leg=leg.id, recording=ordered[leg.id]))
        assert stop < orders.index(o.Record(leg=leg.id, recording=leg.recording))
