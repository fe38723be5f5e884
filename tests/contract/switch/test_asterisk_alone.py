"""What the connector promises of Asterisk alone."""

from __future__ import annotations

import asyncio

import pytest
from asterisk_bench import AsteriskBench
from switch_bench import LONG_PROMPT, NOBODY, SHORT_PROMPT, EventLog, eventually, hear
from switch_scenes import AGENT, CALLER, LEADER, answered, dialled, refused, talk

from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.events import (
    Cleared,
    Connected,
    Digit,
    LinkLost,
    LinkRestored,
    Offered,
    PlaybackEnded,
    RecordingEnded,
    SecretCollected,
    SecretEnd,
)
from tellerline.connectors.telephony.switch import Listening, SecretPlan
from tellerline.simulators.servers.asterisk import AsteriskServer


async def test_a_second_controller_ends_the_first_for_good(asterisk: AsteriskBench) -> None:
    line = await answered(asterisk)
    second, log = asterisk.connector(), EventLog(asterisk.pause)
    await second.start(log)
    await asterisk.log.take(LinkLost)
    with pytest.raises(SwitchError, match="another controller"):
        await asterisk.switch.clear(line.leg)
    await asterisk.pause(0.5)
    assert not asterisk.log.seen(LinkRestored)
    await line.phone.press("5")
    await log.take(Digit, leg=line.leg)
    assert not asterisk.log.seen(Digit)
    await second.close()


async def test_an_order_whose_answer_is_lost_may_be_repeated(asterisk: AsteriskBench) -> None:
    await asterisk.switch.close()
    switch = asterisk.switch = asterisk.connector(patience=0.5)
    await switch.start(asterisk.log)
    phone = await asterisk.telephone(AGENT)
    asterisk.proxy.mute()
    with refused(SwitchReason.UNKNOWN):
        await switch.dial("leg-a", AGENT)
    asterisk.proxy.sever()
    await asterisk.log.take(LinkRestored)
    assert set((await switch.snapshot()).legs) == {"leg-a"}
    await switch.dial("leg-a", AGENT)
    await eventually(asterisk, lambda: phone.connected)
    assert len((await switch.snapshot()).legs) == 1


async def test_playing_and_recording_may_be_repeated_too(asterisk: AsteriskBench) -> None:
    await asterisk.switch.close()
    switch = asterisk.switch = asterisk.connector(patience=0.5)
    await switch.start(asterisk.log)
    line = await answered(asterisk)
    await switch.play("which-sounds-are-there", line.leg, [f"sound:{SHORT_PROMPT}"])
    await asterisk.log.take(PlaybackEnded)
    asterisk.proxy.mute()
    with refused(SwitchReason.UNKNOWN):
        await switch.play("p", line.leg, [f"sound:{SHORT_PROMPT}", f"sound:{LONG_PROMPT}"])
    with refused(SwitchReason.UNKNOWN):
        await switch.record("r", line.leg)
    asterisk.proxy.sever()
    await asterisk.log.take(LinkRestored)
    await switch.play("p", line.leg, [f"sound:{SHORT_PROMPT}", f"sound:{LONG_PROMPT}"])
    await switch.record("r", line.leg)
    await hear(asterisk, {line.phone: {LONG_PROMPT}})
    await line.phone.hang_up()
    await asterisk.log.take(Cleared, leg=line.leg)
    assert len(asterisk.log.seen(PlaybackEnded, playback="p")) == 1
    assert len(asterisk.log.seen(RecordingEnded, recording="r")) == 1


async def test_an_order_that_was_lost_leaves_no_trace(asterisk: AsteriskBench) -> None:
    await asterisk.switch.close()
    switch = asterisk.switch = asterisk.connector(patience=0.5)
    await switch.start(asterisk.log)
    asterisk.proxy.mute()
    with refused(SwitchReason.UNKNOWN):
        await switch.dial("leg-n", NOBODY)
    asterisk.proxy.sever()
    await asterisk.log.take(LinkRestored)
    assert not (await switch.snapshot()).legs


async def test_many_callers_at_once(asterisk: AsteriskBench) -> None:
    """More orders at a time than Asterisk takes connections."""
    numbers = [f"138000010{line:02}" for line in range(10)]
    lines = await asyncio.gather(*(answered(asterisk, number) for number in numbers))
    orders = [asterisk.switch.play(f"p-{line.leg}", line.leg, [f"sound:{LONG_PROMPT}"]) for line in lines]
    orders += [asterisk.switch.record(f"r-{line.leg}", line.leg) for line in lines]
    orders += [asterisk.switch.open_conversation(f"c-{place}") for place in range(40)]
    await asyncio.gather(*orders)
    snapshot = await asterisk.switch.snapshot()
    assert (len(snapshot.legs), len(snapshot.recordings), len(snapshot.conversations)) == (10, 10, 40)
    await asyncio.gather(*(asterisk.switch.clear(line.leg) for line in lines))
    for line in lines:
        await asterisk.log.take(Cleared, leg=line.leg)
    assert len(asterisk.log.seen(Offered)) == len(asterisk.log.seen(Connected)) == 10


async def test_orders_for_one_leg_are_carried_out_in_their_order(asterisk: AsteriskBench) -> None:
    scene = await talk(asterisk)
    switch, leg = asterisk.switch, scene.caller.leg
    orders = []
    for _ in range(5):
        orders += [switch.leave("talk", leg), switch.music(leg, on=True), switch.join("talk", leg)]
    await asyncio.gather(*orders)
    await hear(asterisk, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})


async def test_a_caller_who_rings_while_the_controller_is_away_hears_so(asterisk: AsteriskBench) -> None:
    await asterisk.lose_link()
    phone = await asterisk.telephone(CALLER)
    await phone.call("4001")
    await eventually(asterisk, lambda: phone.connected)
    await asterisk.restore_link()
    assert not (await asterisk.switch.snapshot()).legs
    await phone.hang_up()
    await asterisk.pause(0.2)
    assert not asterisk.log.seen(Cleared)


async def test_nothing_of_the_connectors_own_outlives_its_use(asterisk: AsteriskBench) -> None:
    line, leader = await answered(asterisk), await dialled(asterisk, LEADER)
    await asterisk.switch.monitor("m", line.leg, leader.leg, Listening.WHISPER)
    await asterisk.switch.record("r", line.leg)
    for each in (line, leader):
        await each.phone.hang_up()
        await asterisk.log.take(Cleared, leg=each.leg)
    assert await _left_over(asterisk, 0) == []


def test_the_controllers_password_is_in_no_log(switch_server: AsteriskServer) -> None:
    assert switch_server.controller_password.encode() not in switch_server.log.read_bytes()


async def test_what_ended_unheard_is_told_once_the_link_is_back(asterisk: AsteriskBench) -> None:
    line = await answered(asterisk)
    await asterisk.switch.record("r", line.leg)
    await asterisk.switch.play("p", line.leg, [f"sound:{SHORT_PROMPT}"])
    await asterisk.lose_link()
    await asterisk.pause(0.6)
    await line.phone.hang_up()
    await asterisk.pause(0.3)
    await asterisk.restore_link()
    await asterisk.log.take(Cleared, leg=line.leg)
    kinds = [type(event) for event in asterisk.log.events]
    assert kinds[kinds.index(LinkRestored) :] == [LinkRestored, PlaybackEnded, RecordingEnded, Cleared]


async def test_a_new_controller_clears_away_what_serves_nothing_any_more(asterisk: AsteriskBench) -> None:
    line, leader = await answered(asterisk), await dialled(asterisk, LEADER)
    await asterisk.switch.monitor("m", line.leg, leader.leg, Listening.SILENT)
    await asterisk.switch.close()
    await leader.phone.hang_up()
    assert len(await _left_over(asterisk, 3)) == 3
    switch = await asterisk.new_controller()
    assert await _left_over(asterisk, 1) == [line.leg]
    assert set((await switch.snapshot()).legs) == {line.leg}


async def test_a_seal_that_fails_seals_nothing_and_betrays_nothing(
    asterisk: AsteriskBench, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(digits: str) -> bytes:
        raise ValueError(f"cannot seal {digits}")

    line = await answered(asterisk)
    await asterisk.switch.collect_secret("c", line.leg, SecretPlan(length=3), broken)
    await line.phone.press("739")
    event = await asterisk.log.take(SecretCollected)
    assert (event.end, event.sealed) == (SecretEnd.STOPPED, b"")
    assert "ValueError" in caplog.text
    assert "739" not in caplog.text


async def test_a_conversation_that_asterisk_has_lost_can_be_opened_again(asterisk: AsteriskBench) -> None:
    scene = await talk(asterisk)
    await asterisk.lose("bridges", scene.conversation)
    third = await dialled(asterisk, LEADER)
    with refused(SwitchReason.NO_SUCH_CONVERSATION):
        await asterisk.switch.join(scene.conversation, third.leg)
    assert not (await asterisk.switch.snapshot()).conversations
    await asterisk.switch.open_conversation(scene.conversation)
    for leg in (scene.caller.leg, scene.agent.leg):
        await asterisk.switch.join(scene.conversation, leg)
    members = (await asterisk.switch.snapshot()).conversations[scene.conversation]
    assert members == {scene.caller.leg, scene.agent.leg}


async def test_keys_are_told_once_by_an_asterisk_that_stands_still_now_and_then(asterisk: AsteriskBench) -> None:
    """From such a moment on it may put off the end of each key, and tells of it twice."""
    line = await answered(asterisk)
    keys, secret = "12233344449988776655#", "9112244"
    still = asyncio.create_task(_stands_still(asterisk))
    await line.phone.press(keys)
    while len(asterisk.log.seen(Digit)) < len(keys):
        await asterisk.pause(0.05)
    await asterisk.pause(0.5)
    assert "".join(each.digit for each in asterisk.log.seen(Digit)) == keys
    sealed: list[str] = []

    def seal(digits: str) -> bytes:
        sealed.append(digits)
        return b"sealed"

    await asterisk.switch.collect_secret("s", line.leg, SecretPlan(length=len(secret)), seal)
    await line.phone.press(secret)
    assert (await asterisk.log.take(SecretCollected)).end is SecretEnd.COMPLETE
    assert sealed == [secret]
    still.cancel()


async def _left_over(asterisk: AsteriskBench, number: int) -> list[str]:
    """What is at the switch, as soon as it is so many."""
    for _ in range(100):
        found = await asterisk.left_over()
        if len(found) == number:
            break
        await asterisk.pause(0.05)
    return found


async def _stands_still(asterisk: AsteriskBench) -> None:
    for _ in range(9):
        await asterisk.pause(0.63)
        await asterisk.stand_still(0.08)
