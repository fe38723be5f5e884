"""The connector when answers are late or lost, the link is silent or garbled, and the switch is not what it was."""

from __future__ import annotations

import asyncio

import orjson
import pytest
from softswitch_world import AGENT, START, SoftswitchWorld

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.lines.connection import LineConnection
from tellerline.adapters.lines.memory import MemoryLines
from tellerline.connectors.softswitch.switch import SoftswitchConnector
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.events import Alerting, Connected, LinkLost, LinkRestored, SwitchEvent
from tellerline.simulators.faults import FaultKind


def _links(world: SoftswitchWorld) -> list[type[SwitchEvent]]:
    return [type(event) for event in world.events if isinstance(event, LinkLost | LinkRestored)]


@pytest.mark.parametrize("kind", [FaultKind.LOSE_REQUEST, FaultKind.LOSE_REPLY])
async def test_no_answer_leaves_the_order_unknown_and_it_may_be_repeated(
    world: SoftswitchWorld, kind: FaultKind
) -> None:
    world.strike(kind, "dial")
    with pytest.raises(SwitchError) as caught:
        await world.while_time_passes(world.switch.dial("a", AGENT), 5)
    assert caught.value.reason is SwitchReason.UNKNOWN
    await world.switch.dial("a", AGENT)
    await world.clock.advance(0)
    assert [type(event) for event in world.events] == [Alerting, Connected]


async def test_an_answer_that_comes_after_all_is_not_mistaken(world: SoftswitchWorld) -> None:
    world.strike(FaultKind.LATE_REPLY, "dial", seconds=6.0)
    with pytest.raises(SwitchError):
        await world.while_time_passes(world.switch.dial("a", AGENT), 5)
    await world.clock.advance(2)
    assert set((await world.switch.snapshot()).legs) == {"a"}


async def test_a_lost_link_leaves_waiting_orders_unknown(world: SoftswitchWorld) -> None:
    world.strike(FaultKind.LOSE_REPLY, "dial")
    order = asyncio.create_task(world.switch.dial("a", AGENT))
    await asyncio.sleep(0)
    world.soft.unreachable(True)
    await world.clock.advance(0)
    with pytest.raises(SwitchError) as caught:
        await order
    assert caught.value.reason is SwitchReason.UNKNOWN
    with pytest.raises(SwitchError) as caught:
        await world.switch.dial("a", AGENT)
    assert caught.value.reason is SwitchReason.UNAVAILABLE


async def test_a_refused_order_tells_why(world: SoftswitchWorld) -> None:
    world.strike(FaultKind.REFUSE, "dial")
    with pytest.raises(SwitchError) as caught:
        await world.switch.dial("a", AGENT)
    assert (caught.value.reason, caught.value.detail) == (SwitchReason.REFUSED, "fault 9999")


async def test_garbled_lines_break_the_link_which_comes_back(world: SoftswitchWorld) -> None:
    world.strike(FaultKind.GARBLE, "dial")
    with pytest.raises(SwitchError) as caught:
        await world.switch.dial("a", AGENT)
    assert caught.value.reason is SwitchReason.UNKNOWN
    await world.clock.advance(1)
    assert _links(world) == [LinkLost, LinkRestored]
    assert "a" in (await world.switch.snapshot()).legs


async def test_a_link_that_is_silent_is_given_up_when_nobody_answers_there(world: SoftswitchWorld) -> None:
    await world.clock.advance(3600)
    assert _links(world) == []
    world.strike(FaultKind.LOSE_REQUEST, "ping")
    await world.clock.advance(20)
    assert _links(world) == [LinkLost, LinkRestored]


async def test_a_snapshot_is_had_before_any_later_event_is_told(world: SoftswitchWorld) -> None:
    leg = await world.called()
    told: list[int] = []

    async def ask() -> None:
        snapshot = await world.switch.snapshot()
        told.append(len(world.events))
        assert leg in snapshot.legs

    asking = asyncio.create_task(ask())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    world.caller.hang_up()
    before = len(world.events)
    await asking
    assert told == [before]
    await world.clock.advance(0)
    assert len(world.events) == before + 1


async def test_whoever_was_replaced_stays_away(world: SoftswitchWorld) -> None:
    other = SoftswitchConnector(world.soft.connect, world.clock, SeededRandomness(9))
    told: list[SwitchEvent] = []
    await other.start(told.append)
    await world.clock.advance(60)
    assert (_links(world), told) == ([LinkLost], [])
    await other.dial("a", AGENT)
    await other.close()
    with pytest.raises(SwitchError):
        await world.switch.snapshot()


async def test_a_restarted_switch_is_told_from_a_lost_link(world: SoftswitchWorld) -> None:
    world.soft.cut_link()
    await world.clock.advance(1)
    world.soft.restart()
    await world.clock.advance(1)
    restored = [event.restarted for event in world.events if isinstance(event, LinkRestored)]
    assert restored == [False, True]


class Peer:
    """Listens where a switch should, and says what the test says."""

    def __init__(self) -> None:
        self.lines = MemoryLines()
        self.lines.listen(self._accept)
        self.connections: list[LineConnection] = []
        self.greeting: dict[str, object] = {"switch": "run", "wire": 1, "seq": 4}

    def say(self, message: object) -> None:
        self.connections[-1].send(orjson.dumps(message))

    def _accept(self, connection: LineConnection) -> Peer:
        self.connections.append(connection)
        if self.greeting:
            connection.send(orjson.dumps(self.greeting))
        return self

    def line_received(self, line: bytes) -> None: ...

    def connection_lost(self) -> None: ...


@pytest.mark.parametrize(
    "line",
    [
        {"seq": 6, "event": "connected", "at": START.isoformat(), "leg": "a"},
        {"seq": 5, "event": "connected", "at": "noon", "leg": "a"},
        {"seq": 5, "event": "cleared", "at": START.isoformat(), "leg": "a"},
        {"seq": 5, "event": "secret_collected", "at": START.isoformat(), "leg": "a", "collection": "c", "end": "?"},
        {"shout": 1},
        [],
    ],
    ids=["missed", "instant", "field", "secret", "kind", "shape"],
)
async def test_what_does_not_fit_breaks_the_link(line: object) -> None:
    clock, peer, told = VirtualClock(START), Peer(), list[SwitchEvent]()
    switch = SoftswitchConnector(peer.lines.connect, clock, SeededRandomness(1))
    await switch.start(told.append)
    peer.say(line)
    await clock.advance(1)
    assert [type(event) for event in told] == [LinkLost, LinkRestored]
    assert len(peer.connections) == 2
    await switch.close()


async def test_an_event_of_a_later_version_is_passed_over() -> None:
    clock, peer, told = VirtualClock(START), Peer(), list[SwitchEvent]()
    switch = SoftswitchConnector(peer.lines.connect, clock, SeededRandomness(1))
    await switch.start(told.append)
    peer.say({"seq": 5, "event": "sneezed", "at": START.isoformat(), "leg": "a"})
    peer.say({"seq": 6, "event": "connected", "at": START.isoformat(), "leg": "a"})
    await clock.advance(1)
    assert told == [Connected(at=START, leg="a")]
    await switch.close()


@pytest.mark.parametrize("greeting", [{"switch": "run", "wire": 2, "seq": 0}, {}], ids=["version", "silence"])
async def test_who_does_not_greet_is_no_switch(greeting: dict[str, object]) -> None:
    clock, peer, told = VirtualClock(START), Peer(), list[SwitchEvent]()
    peer.greeting = greeting
    switch = SoftswitchConnector(peer.lines.connect, clock, SeededRandomness(1))
    starting = asyncio.create_task(switch.start(told.append))
    await clock.advance(5)
    await starting
    assert told == []
    with pytest.raises(SwitchError):
        await switch.snapshot()
    peer.greeting = {"switch": "run", "wire": 1, "seq": 0}
    await clock.advance(10)
    assert told == [LinkRestored(at=told[0].at, restarted=False)]
    await switch.close()
