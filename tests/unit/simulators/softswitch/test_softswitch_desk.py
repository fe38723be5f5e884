"""The controller's wire: requests, answers, events and their numbers, one controller at a time, faults."""

from __future__ import annotations

import pytest
from switch_orders import AGENT, START, Wire

from tellerline.simulators.faults import FaultKind, FaultRule
from tellerline.simulators.softswitch.phones import OnRing


async def test_the_greeting_tells_run_version_and_last_event(wire: Wire) -> None:
    first = wire.controller.lines[0]
    assert (first["wire"], first["seq"]) == (1, 0)
    await wire.called()
    again = (await wire.connect()).lines[0]
    assert again == {"switch": first["switch"], "wire": 1, "seq": 2}
    wire.switch.restart()
    after = (await wire.connect()).lines[0]
    assert after["seq"] == 0
    assert after["switch"] != first["switch"]


async def test_events_are_numbered_and_follow_the_answer_to_their_order(wire: Wire) -> None:
    wire.agent.on_ring = OnRing.ANSWERS
    number = wire.controller.send("dial", leg="a", address=AGENT)
    await wire.clock.advance(0)
    at = START.isoformat()
    assert wire.controller.lines[1:] == [
        {"id": number, "result": {}},
        {"seq": 1, "event": "alerting", "at": at, "leg": "a"},
        {"seq": 2, "event": "connected", "at": at, "leg": "a"},
    ]


async def test_whoever_connects_takes_over(wire: Wire) -> None:
    first = wire.controller
    await wire.connect()
    assert (first.lines[-1], first.lost) == ({"bye": "REPLACED"}, True)
    first.send("dial", leg="a", address=AGENT)
    await wire.clock.advance(0)
    assert wire.controller.told() == []
    await wire.done(("dial", {"leg": "a", "address": AGENT}))


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"id":"1","order":"ping"}', b'{"id":1}'])
async def test_what_cannot_be_read_breaks_the_link(wire: Wire, line: bytes) -> None:
    wire.controller.connection.send(line)
    await wire.clock.advance(0)
    assert (wire.controller.lines[-1], wire.controller.lost) == ({"bye": "UNREADABLE"}, True)
    assert not wire.switch.controlled


@pytest.mark.parametrize(
    ("order", "fields", "detail"),
    [
        ("shout", {}, "no order 'shout'"),
        ("clear", {}, "leg must be a text that is not empty"),
        ("ping", {"loud": True}, "loud is not known"),
        ("clear", {"leg": "a", "cause": "BORED"}, "cause must be one of"),
        ("play", {"playback": "p", "leg": "a", "prompts": "sound:a"}, "prompts must be a list of texts"),
        ("dial", {"leg": "a", "address": AGENT, "ring": -1}, "ring must be seconds"),
        ("dial", {"leg": "a", "address": AGENT, "auto_answer": 1}, "auto_answer must be true or false"),
        ("collect_secret", {"collection": "c", "leg": "a", "length": 0, "key": ""}, "length must be a whole number"),
        ("collect_secret", {"collection": "c", "leg": "a", "length": 6, "key": "MTIz"}, "key is no X25519 public key"),
    ],
)
async def test_an_order_that_cannot_be_understood_is_refused(
    wire: Wire, order: str, fields: dict[str, object], detail: str
) -> None:
    answer = await wire.order(order, **fields)
    assert answer["error"] == "REFUSED"
    assert detail in answer["detail"]


async def test_an_order_may_be_lost(wire: Wire) -> None:
    wire.switch.faults.add(FaultRule(kind=FaultKind.LOSE_REQUEST, operations=frozenset({"dial"}), count=1))
    wire.controller.send("dial", leg="a", address=AGENT)
    await wire.clock.advance(60)
    assert len(wire.controller.lines) == 1
    await wire.done(("dial", {"leg": "a", "address": AGENT}))


async def test_an_answer_may_be_late_while_its_events_are_not(wire: Wire) -> None:
    wire.switch.faults.add(FaultRule(kind=FaultKind.LATE_REPLY, count=1, seconds=2.0))
    number = wire.controller.send("dial", leg="a", address=AGENT)
    await wire.clock.advance(1.9)
    assert (wire.controller.told(), wire.controller.answer(number)) == (["alerting"], None)
    await wire.clock.advance(0.1)
    assert wire.controller.answer(number) == {"id": number, "result": {}}


async def test_a_switch_that_crashes_comes_back_empty(wire: Wire) -> None:
    await wire.talk()
    wire.switch.faults.add(FaultRule(kind=FaultKind.CRASH_AFTER_COMMIT, count=1, seconds=3.0))
    wire.controller.send("ping")
    await wire.clock.advance(2.9)
    assert wire.controller.lost
    with pytest.raises(ConnectionRefusedError):
        await wire.connect()
    await wire.clock.advance(0.1)
    await wire.connect()
    assert (await wire.order("snapshot"))["result"]["legs"] == []


async def test_the_link_is_cut_and_may_be_made_again_at_once(wire: Wire) -> None:
    caller, _ = await wire.talk()
    wire.switch.cut_link()
    await wire.clock.advance(0)
    assert wire.controller.lost
    await wire.connect()
    assert caller in (await wire.order("snapshot"))["result"]["conversations"]["talk"]
