"""Telephones that ring, do not ring, are busy, and lose what they need."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from switch_orders import AGENT, START, Wire

from tellerline.simulators.softswitch.legs import Cause
from tellerline.simulators.softswitch.phones import OnRing, PhoneState, WrongMomentError


def _events(wire: Wire) -> list[tuple[float, str, Any]]:
    """Seconds since the start, name and cause of each event."""
    return [(_seconds(event), event["event"], event.get("cause")) for event in wire.controller.events]


def _seconds(event: dict[str, Any]) -> float:
    return (datetime.fromisoformat(event["at"]) - START) / timedelta(seconds=1)


async def test_a_telephone_picked_up_after_a_while(wire: Wire) -> None:
    wire.agent.on_ring, wire.agent.answers_after = OnRing.ANSWERS, 4.5
    await wire.done(("dial", {"leg": "a", "address": AGENT}))
    await wire.clock.advance(10)
    assert _events(wire) == [(0.0, "alerting", None), (4.5, "connected", None)]


async def test_picking_up_too_late_is_no_answer(wire: Wire) -> None:
    wire.agent.on_ring, wire.agent.answers_after = OnRing.ANSWERS, 40
    await wire.done(("dial", {"leg": "a", "address": AGENT, "ring": 20}))
    await wire.clock.advance(60)
    assert _events(wire) == [(0.0, "alerting", None), (20.0, "cleared", "NO_ANSWER")]
    assert (wire.agent.state, wire.agent.ended) == (PhoneState.IDLE, Cause.NO_ANSWER)


async def test_a_dead_telephone_is_not_even_heard_to_ring(wire: Wire) -> None:
    wire.agent.on_ring = OnRing.DEAD
    await wire.done(("dial", {"leg": "a", "address": AGENT, "auto_answer": True}))
    await wire.clock.advance(60)
    assert _events(wire) == [(30.0, "cleared", "NO_ANSWER")]


@pytest.mark.parametrize(
    ("on_ring", "events"),
    [(OnRing.BUSY, [("cleared", "BUSY")]), (OnRing.REJECTS, [("alerting", None), ("cleared", "REJECTED")])],
)
async def test_telephones_that_do_not_take_calls(
    wire: Wire, on_ring: OnRing, events: list[tuple[str, str | None]]
) -> None:
    wire.agent.on_ring = on_ring
    await wire.done(("dial", {"leg": "a", "address": AGENT}))
    assert [event[1:] for event in _events(wire)] == events


async def test_a_second_call_finds_the_telephone_busy(wire: Wire) -> None:
    await wire.done(
        ("dial", {"leg": "a", "address": AGENT, "auto_answer": True}), ("dial", {"leg": "b", "address": AGENT})
    )
    assert [event[1:] for event in _events(wire)] == [("connected", None), ("cleared", "BUSY")]
    assert wire.agent.state is PhoneState.TALKING


async def test_rejected_by_hand(wire: Wire) -> None:
    await wire.done(("dial", {"leg": "a", "address": AGENT, "caller": "95588"}))
    assert wire.agent.shown == "95588"
    wire.agent.reject()
    await wire.clock.advance(0)
    assert _events(wire)[-1] == (0.0, "cleared", "REJECTED")


async def test_an_unregistered_telephone_cannot_be_called_but_keeps_its_call(wire: Wire) -> None:
    await wire.done(("dial", {"leg": "a", "address": AGENT, "auto_answer": True}))
    wire.agent.unregister()
    assert wire.agent.state is PhoneState.TALKING
    wire.agent.hang_up()
    assert (await wire.order("dial", leg="b", address=AGENT))["error"] == "UNREACHABLE"
    wire.agent.register()
    await wire.done(("dial", {"leg": "b", "address": AGENT}))


async def test_lost_media_are_waited_for(wire: Wire) -> None:
    await wire.talk()
    wire.agent.lose_media()
    assert wire.caller.hears() == frozenset()
    await wire.clock.advance(2.9)
    wire.agent.regain_media()
    await wire.clock.advance(10)
    assert wire.agent.state is PhoneState.TALKING
    wire.agent.lose_media()
    await wire.clock.advance(3)
    assert _events(wire)[-1] == (15.9, "cleared", "MEDIA_LOST")


async def test_callers_are_turned_away_while_nobody_controls_the_switch(wire: Wire) -> None:
    wire.switch.unreachable(True)
    wire.caller.call("95588")
    assert wire.caller.hears() == {"prompt:sound:nobody-there"}
    await wire.clock.advance(5)
    assert (wire.caller.state, wire.caller.ended) == (PhoneState.IDLE, Cause.SWITCH_FAILURE)
    wire.caller.call("95588")
    wire.caller.hang_up()
    assert wire.caller.state is PhoneState.IDLE
    wire.switch.unreachable(False)
    await wire.connect()
    await wire.called()


async def test_a_dead_switch_takes_no_calls(wire: Wire) -> None:
    caller, _ = await wire.talk()
    wire.switch.power_off()
    wire.switch.power_off()
    assert (wire.agent.state, wire.agent.ended) == (PhoneState.IDLE, Cause.SWITCH_FAILURE)
    wire.caller.call("95588")
    assert (wire.caller.state, wire.caller.ended) == (PhoneState.IDLE, Cause.SWITCH_FAILURE)
    with pytest.raises(ConnectionRefusedError):
        await wire.connect()
    wire.switch.unreachable(False)
    with pytest.raises(ConnectionRefusedError):
        await wire.connect()
    wire.switch.power_on()
    await wire.connect()
    assert await wire.called() != caller


async def test_what_a_telephone_cannot_do_now_is_an_error(wire: Wire) -> None:
    for move in (wire.caller.answer, wire.caller.reject, wire.caller.hold, wire.caller.lose_media):
        with pytest.raises(WrongMomentError):
            move()
    await wire.called()
    with pytest.raises(WrongMomentError):
        wire.caller.call("95588")
    with pytest.raises(ValueError, match="keys"):
        wire.caller.press("A")


async def test_a_number_is_inside_or_outside(wire: Wire) -> None:
    assert wire.switch.extension(AGENT) is wire.agent
    with pytest.raises(ValueError, match="inside"):
        wire.switch.outside(AGENT)
