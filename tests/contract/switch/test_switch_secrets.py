"""Secret digits: sealed, and known to nobody on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from switch_bench import LONG_PROMPT, MUSIC, SHORT_PROMPT, SwitchBench, hear
from switch_scenes import AGENT, CALLER, LEADER, answered, dialled, refused, talk

from tellerline.connectors.telephony.errors import SwitchReason
from tellerline.connectors.telephony.events import Cleared, Digit, RecordingEnded, SecretCollected, SecretEnd
from tellerline.connectors.telephony.switch import Listening, SecretPlan

PLAN = SecretPlan(length=6)
PIN = "739164"


def seal(digits: str) -> bytes:
    return b"sealed " + digits[::-1].encode()


async def _collect(bench: SwitchBench, leg: str, plan: SecretPlan = PLAN) -> None:
    await bench.switch.collect_secret("c", leg, plan, seal)


async def test_all_digits_are_sealed(bench: SwitchBench) -> None:
    line = await answered(bench)
    await _collect(bench, line.leg)
    await line.phone.press(PIN)
    event = await bench.log.take(SecretCollected, collection="c")
    assert (event.leg, event.end, event.sealed) == (line.leg, SecretEnd.COMPLETE, seal(PIN))
    assert not bench.log.seen(Digit)


async def test_keys_are_events_again_afterwards(bench: SwitchBench) -> None:
    line = await answered(bench)
    await _collect(bench, line.leg, SecretPlan(length=2))
    await line.phone.press("12")
    await bench.log.take(SecretCollected)
    await line.phone.press("3")
    await bench.log.take(Digit)
    assert [event.digit for event in bench.log.seen(Digit)] == ["3"]


async def test_ending_too_early(bench: SwitchBench) -> None:
    line = await answered(bench)
    await _collect(bench, line.leg)
    await line.phone.press("739#")
    event = await bench.log.take(SecretCollected, collection="c")
    assert (event.end, event.sealed) == (SecretEnd.TOO_FEW, b"")
    assert not bench.log.seen(Digit)


@pytest.mark.parametrize("pressed", ["", "73"])
async def test_waiting_ends(bench: SwitchBench, pressed: str) -> None:
    line = await answered(bench)
    quick = SecretPlan(length=6, first=timedelta(seconds=0.6), between=timedelta(seconds=0.6))
    await _collect(bench, line.leg, quick)
    if pressed:
        await line.phone.press(pressed)
    event = await bench.log.take(SecretCollected, collection="c")
    assert (event.end, event.sealed) == (SecretEnd.TIMED_OUT, b"")
    assert not bench.log.seen(Digit)


async def test_stopping_forgets(bench: SwitchBench) -> None:
    line = await answered(bench)
    await _collect(bench, line.leg)
    await line.phone.press("739")
    await bench.switch.stop_collecting("c")
    event = await bench.log.take(SecretCollected, collection="c")
    assert (event.end, event.sealed) == (SecretEnd.STOPPED, b"")
    await bench.switch.stop_collecting("c")
    await bench.switch.stop_collecting("never-was")
    await bench.pause(0.2)
    assert len(bench.log.seen(SecretCollected)) == 1


async def test_a_collection_ends_before_its_leg_does(bench: SwitchBench) -> None:
    line = await answered(bench)
    await _collect(bench, line.leg)
    await line.phone.press("73")
    await line.phone.hang_up()
    await bench.log.take(Cleared, leg=line.leg)
    [event] = bench.log.seen(SecretCollected)
    assert (event.end, event.sealed) == (SecretEnd.STOPPED, b"")
    assert isinstance(bench.log.events[-1], Cleared)


async def test_collecting_again_with_the_same_id_has_no_effect(bench: SwitchBench) -> None:
    line = await answered(bench)
    await _collect(bench, line.leg, SecretPlan(length=2))
    await line.phone.press("1")
    await _collect(bench, line.leg, SecretPlan(length=2))
    await line.phone.press("2")
    assert (await bench.log.take(SecretCollected)).sealed == seal("12")
    await _collect(bench, line.leg, SecretPlan(length=2))
    await line.phone.press("3")
    await bench.log.take(Digit, digit="3")


async def test_a_prompt_may_play_meanwhile(bench: SwitchBench) -> None:
    line = await answered(bench)
    await _collect(bench, line.leg)
    await bench.switch.play("p", line.leg, [f"sound:{LONG_PROMPT}"])
    await hear(bench, {line.phone: {LONG_PROMPT}})
    await line.phone.press(PIN)
    assert (await bench.log.take(SecretCollected)).sealed == seal(PIN)


async def test_only_a_connected_leg_in_no_conversation_collects(bench: SwitchBench) -> None:
    scene = await talk(bench)
    with refused(SwitchReason.WRONG_STATE):
        await _collect(bench, scene.caller.leg)
    await bench.switch.leave(scene.conversation, scene.caller.leg)
    await _collect(bench, scene.caller.leg)
    with refused(SwitchReason.WRONG_STATE):
        await bench.switch.join(scene.conversation, scene.caller.leg)


async def test_to_the_ivr_for_a_pin_and_back_to_the_same_agent(bench: SwitchBench) -> None:
    """The agent hears music alone, and no key; his leader hears no more than he does."""
    scene, leader = await talk(bench), await dialled(bench, LEADER)
    await bench.switch.monitor("m", scene.agent.leg, leader.leg, Listening.SILENT)
    await bench.switch.leave(scene.conversation, scene.caller.leg)
    await bench.switch.music(scene.agent.leg, on=False)
    await bench.switch.leave(scene.conversation, scene.agent.leg)
    await bench.switch.music(scene.agent.leg, on=True)
    await _collect(bench, scene.caller.leg)
    await bench.switch.play("p", scene.caller.leg, [f"sound:{SHORT_PROMPT}"])
    await hear(bench, {scene.agent.phone: {MUSIC}, leader.phone: {MUSIC, AGENT}})
    await scene.caller.phone.press(PIN)
    assert (await bench.log.take(SecretCollected)).sealed == seal(PIN)
    assert scene.agent.phone.keys_heard == leader.phone.keys_heard == ""
    for line in (scene.agent, scene.caller):
        await bench.switch.join(scene.conversation, line.leg)
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}, leader.phone: {CALLER, AGENT}})
    assert not bench.log.seen(Digit)


async def test_recordings_pause_and_go_on_by_themselves(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.record("r", line.leg)
    await bench.switch.record("r-held", line.leg)
    await bench.switch.pause_recording("r-held", paused=True)
    await bench.pause(0.4)
    await _collect(bench, line.leg)
    await line.phone.press(PIN)
    await bench.pause(0.4)
    await bench.switch.stop_collecting("c")
    await bench.log.take(SecretCollected)
    await bench.pause(0.4)
    await line.phone.hang_up()
    for recording in ("r", "r-held"):
        await bench.log.take(RecordingEnded, recording=recording)
    recorded = len(await bench.switch.fetch_recording("r")) / 16000
    assert 0.6 < recorded < 1.9
    assert len(await bench.switch.fetch_recording("r-held")) / 16000 < 0.4


async def test_a_listener_hears_nothing_while_the_leg_collects(bench: SwitchBench) -> None:
    line, leader = await answered(bench), await dialled(bench, LEADER)
    await bench.switch.monitor("m", line.leg, leader.leg, Listening.SILENT)
    await hear(bench, {leader.phone: {CALLER}})
    await _collect(bench, line.leg)
    await hear(bench, {leader.phone: ()})
    await line.phone.press(PIN)
    await bench.log.take(SecretCollected)
    assert leader.phone.keys_heard == ""
    await hear(bench, {leader.phone: {CALLER}})


async def test_who_begins_to_listen_meanwhile_hears_nothing_either(bench: SwitchBench) -> None:
    line, leader = await answered(bench), await dialled(bench, LEADER)
    await _collect(bench, line.leg)
    await bench.switch.monitor("m", line.leg, leader.leg, Listening.SILENT)
    await hear(bench, {leader.phone: ()})
    await bench.switch.stop_collecting("c")
    await hear(bench, {leader.phone: {CALLER}})


async def test_nothing_that_is_written_knows_the_digits(bench: SwitchBench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    line = await answered(bench)
    await bench.switch.record("r", line.leg)
    await _collect(bench, line.leg)
    await line.phone.press(PIN)
    event = await bench.log.take(SecretCollected)
    written = bench.written() + caplog.text.encode() + repr(bench.log.events).replace(repr(event), "").encode()
    assert PIN.encode() not in written
    assert not any(b"digit" in line.lower() or b"dtmf" in line.lower() for line in written.splitlines())
