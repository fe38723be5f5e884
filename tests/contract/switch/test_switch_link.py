"""The link to the switch fails, the controller starts anew, the switch does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from switch_bench import HOTLINE, LONG_PROMPT, OnRing, SwitchBench, hear
from switch_scenes import AGENT, CALLER, COLLEAGUE, LEADER, answered, dialled, offered, refused, talk

from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.events import (
    Alerting,
    Cleared,
    Connected,
    Digit,
    LinkLost,
    LinkRestored,
    Offered,
    RecordingEnded,
    SecretCollected,
    SecretEnd,
    SwitchEvent,
)
from tellerline.connectors.telephony.snapshot import LegState
from tellerline.connectors.telephony.switch import Listening, SecretPlan, Switch


async def test_a_snapshot_tells_the_state_of_every_leg(bench: SwitchBench) -> None:
    incoming = await offered(bench)
    ringing = await bench.telephone(COLLEAGUE)
    ringing.on_ring = OnRing.RINGS
    agent = await dialled(bench, AGENT)
    await bench.switch.dial("leg-b", COLLEAGUE, caller=CALLER)
    await bench.log.take(Alerting, leg="leg-b")
    legs = (await bench.switch.snapshot()).legs
    assert {leg: (seen.state, seen.incoming, seen.number, seen.called) for leg, seen in legs.items()} == {
        incoming.leg: (LegState.OFFERED, True, CALLER, HOTLINE),
        agent.leg: (LegState.CONNECTED, False, AGENT, ""),
        "leg-b": (LegState.ALERTING, False, COLLEAGUE, ""),
    }


async def test_calls_live_on_without_their_controller(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.lose_link()
    with refused(SwitchReason.UNAVAILABLE):
        await bench.switch.clear(scene.caller.leg)
    with refused(SwitchReason.UNAVAILABLE):
        await bench.switch.snapshot()
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})
    await bench.restore_link()
    assert [event.restarted for event in bench.log.seen(LinkRestored)] == [False]
    snapshot = await bench.switch.snapshot()
    assert snapshot.conversations == {scene.conversation: {scene.caller.leg, scene.agent.leg}}
    await scene.caller.phone.press("5")
    await bench.log.take(Digit, leg=scene.caller.leg, digit="5")
    await bench.switch.clear(scene.agent.leg)
    await bench.log.take(Cleared, leg=scene.agent.leg)


async def test_what_ended_in_the_gap_is_not_in_the_snapshot(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.lose_link()
    await scene.caller.phone.hang_up()
    await bench.pause(0.3)
    await bench.restore_link()
    snapshot = await bench.switch.snapshot()
    assert set(snapshot.legs) == {scene.agent.leg}
    assert snapshot.conversations == {scene.conversation: {scene.agent.leg}}


async def test_a_collection_does_not_survive_the_gap(bench: SwitchBench) -> None:
    """Digits of the gap are lost, so what is left of them must not pass for a PIN; nor does the rest become events."""
    line = await answered(bench)
    await bench.switch.collect_secret("c", line.leg, SecretPlan(length=2), str.encode)
    await line.phone.press("1")
    await bench.lose_link()
    await line.phone.press("2")
    await bench.restore_link()
    await line.phone.press("34")
    await bench.pause(1)
    await bench.switch.stop_collecting("c")
    event = await bench.log.take(SecretCollected, collection="c")
    assert (event.end, event.sealed) == (SecretEnd.STOPPED, b"")
    assert not bench.log.seen(Digit)


async def test_a_new_controller_finds_everything(bench: SwitchBench) -> None:
    scene, leader = await talk(bench), await dialled(bench, LEADER)
    waiting = await offered(bench, "13700137000")
    await bench.switch.record("r", scene.agent.leg)
    await bench.switch.monitor("m", scene.agent.leg, leader.leg, Listening.SILENT)
    before = await bench.switch.snapshot()
    bench.switch = await bench.new_controller()
    assert await bench.switch.snapshot() == before
    assert waiting.leg in before.legs
    await bench.switch.leave(scene.conversation, scene.caller.leg)
    await hear(bench, {scene.caller.phone: (), leader.phone: {AGENT}})
    await bench.switch.stop_monitoring("m")
    await bench.switch.stop_recording("r")
    await bench.log.take(RecordingEnded, recording="r")
    await bench.switch.clear(scene.caller.leg)
    await bench.log.take(Cleared, leg=scene.caller.leg)
    await bench.switch.close_conversation(scene.conversation)
    after = await bench.switch.snapshot()
    assert not after.monitors
    assert not after.conversations
    assert set(after.legs) == set(before.legs) - {scene.caller.leg}


async def test_a_new_controller_hears_no_digit_of_a_secret(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.collect_secret("c", line.leg, SecretPlan(length=4), str.encode)
    await line.phone.press("1")
    bench.switch = await bench.new_controller()
    await line.phone.press("234")
    await bench.pause(1)
    await bench.switch.stop_collecting("c")
    event = await bench.log.take(SecretCollected, collection="c")
    assert (event.end, event.sealed) == (SecretEnd.STOPPED, b"")
    assert not bench.log.seen(Digit)


async def test_a_recording_goes_on_after_a_secret_whose_controller_is_gone(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.record("r", line.leg)
    await bench.switch.collect_secret("c", line.leg, SecretPlan(length=4), str.encode)
    bench.switch = await bench.new_controller()
    await bench.switch.stop_collecting("c")
    await bench.log.take(SecretCollected, collection="c")
    await bench.pause(0.8)
    await bench.switch.stop_recording("r")
    await bench.log.take(RecordingEnded, recording="r")
    assert bench.tones(await bench.switch.fetch_recording("r"), 0.2, 0.6) == {CALLER}


async def test_closing_tells_no_more_and_leaves_calls_alone(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.switch.close()
    await bench.switch.close()
    told = len(bench.log.events)
    await scene.caller.phone.press("1")
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})
    assert len(bench.log.events) == told
    with refused(SwitchReason.UNAVAILABLE):
        await bench.switch.clear(scene.caller.leg)


async def test_a_restarted_switch_has_forgotten_all_calls(bench: SwitchBench) -> None:
    await talk(bench)
    await bench.stop_switch()
    await bench.log.take(LinkLost)
    await bench.start_switch()
    assert (await bench.log.take(LinkRestored, patience=15)).restarted
    snapshot = await bench.switch.snapshot()
    assert not snapshot.legs
    assert not snapshot.conversations
    assert not bench.log.seen(Cleared)
    line = await answered(bench, "13700137000")
    await bench.switch.play("p", line.leg, [f"sound:{LONG_PROMPT}"])
    await hear(bench, {line.phone: {LONG_PROMPT}})


async def test_a_switch_that_is_down_at_first_is_heard_of_later(bench: SwitchBench) -> None:
    await bench.switch.close()
    await bench.stop_switch()
    switch = bench.switch = await bench.new_controller()
    with refused(SwitchReason.UNAVAILABLE):
        await switch.snapshot()
    await bench.start_switch()
    await bench.log.take(LinkRestored, patience=15)
    line = await answered(bench)
    assert set((await switch.snapshot()).legs) == {line.leg}


class Model:
    """What somebody knows of the legs who takes a snapshot whenever the link comes back, and follows events else."""

    def __init__(self) -> None:
        self.legs: dict[str, LegState] = {}
        self.mistakes: list[str] = []
        self.known = True

    def follow(self, event: SwitchEvent) -> None:
        match event:
            case LinkLost():
                self.known = False
            case _ if not self.known:
                pass  # the snapshot contains it
            case Offered():
                self._expect(event.leg not in self.legs, event)
                self.legs[event.leg] = LegState.OFFERED
            case Connected():
                self.legs[event.leg] = LegState.CONNECTED
            case Cleared():
                self._expect(event.leg in self.legs, event)
                self.legs.pop(event.leg, None)
            case _:
                pass

    async def compare(self, switch: Switch) -> None:
        snapshot = await switch.snapshot()
        self.legs = {leg: seen.state for leg, seen in snapshot.legs.items()}
        self.known = True

    def _expect(self, right: bool, event: SwitchEvent) -> None:
        if not right:
            self.mistakes.append(f"{event} does not go with {self.legs}")


async def _busy(bench: SwitchBench, number: str, goes_on: Callable[[], bool]) -> None:
    """One telephone that calls, is answered as soon as that can be, and hangs up, again and again."""
    phone = await bench.telephone(number)
    while goes_on():
        await phone.call(HOTLINE)
        for _ in range(15):
            await bench.pause(0.02)
            for event in bench.log.seen(Offered, caller=number)[-1:]:
                try:
                    await bench.switch.answer(event.leg)
                except SwitchError:
                    continue
        await phone.hang_up()
        await bench.pause(0.05)


async def test_no_event_is_missed_when_the_link_is_lost_ten_times_under_load(bench: SwitchBench) -> None:
    model, going, followed = Model(), True, 0
    phones = [f"1380000000{line}" for line in range(6)]
    load = [asyncio.create_task(_busy(bench, number, lambda: going)) for number in phones]

    def catch_up() -> None:
        nonlocal followed
        for event in bench.log.events[followed:]:
            model.follow(event)
        followed = len(bench.log.events)

    for _ in range(10):
        await bench.pause(0.15)
        await bench.lose_link()
        await bench.pause(0.05)
        await bench.restore_link()
        catch_up()
        await model.compare(bench.switch)
        followed = len(bench.log.events)
    going = False
    await asyncio.gather(*load)
    await bench.pause(0.3)
    catch_up()
    assert model.mistakes == []
    assert model.legs == {leg: seen.state for leg, seen in (await bench.switch.snapshot()).legs.items()}
    assert len(bench.log.seen(LinkLost)) == len(bench.log.seen(LinkRestored)) == 10
