"""Who hears whom: the telephony bar's moves, told by tones."""

from __future__ import annotations

from switch_bench import LONG_PROMPT, MUSIC, SwitchBench, hear
from switch_scenes import AGENT, CALLER, COLLEAGUE, LEADER, answered, dialled, offered, refused, talk

from tellerline.connectors.telephony.errors import SwitchReason
from tellerline.connectors.telephony.events import Cleared, Digit, Ended, PhoneHeld, PhoneRetrieved, PlaybackEnded
from tellerline.connectors.telephony.switch import Listening, Media


async def test_two_legs_hear_each_other(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})
    await bench.switch.open_conversation(scene.conversation)
    await bench.switch.join(scene.conversation, scene.caller.leg)
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})


async def test_somebody_alone_hears_nothing(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.open_conversation("talk")
    await bench.switch.join("talk", line.leg)
    await hear(bench, {line.phone: ()})


async def test_a_muted_leg_hears_and_is_not_heard(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.switch.join(scene.conversation, scene.agent.leg, Media.MUTED)
    await hear(bench, {scene.caller.phone: (), scene.agent.phone: {CALLER}})
    await bench.switch.join(scene.conversation, scene.agent.leg)
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})


async def test_muting_ends_with_the_conversation(bench: SwitchBench) -> None:
    scene, leader = await talk(bench), await dialled(bench, LEADER)
    await bench.switch.join(scene.conversation, scene.agent.leg, Media.MUTED)
    await bench.switch.leave(scene.conversation, scene.agent.leg)
    await bench.switch.monitor("m", scene.agent.leg, leader.leg, Listening.SILENT)
    await hear(bench, {leader.phone: {AGENT}})
    await bench.switch.join(scene.conversation, scene.agent.leg)
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})


async def test_hold_with_music_and_back(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.switch.leave(scene.conversation, scene.caller.leg)
    await bench.switch.music(scene.caller.leg, on=True)
    await hear(bench, {scene.caller.phone: {MUSIC}, scene.agent.phone: ()})
    await bench.switch.music(scene.caller.leg, on=False)
    await bench.switch.join(scene.conversation, scene.caller.leg)
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})


async def test_joining_ends_the_music(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.switch.leave(scene.conversation, scene.caller.leg)
    await bench.switch.music(scene.caller.leg, on=True)
    await bench.switch.join(scene.conversation, scene.caller.leg)
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})


async def test_a_consultation_then_a_conference_of_three(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.switch.leave(scene.conversation, scene.caller.leg)
    await bench.switch.music(scene.caller.leg, on=True)
    colleague = await dialled(bench, COLLEAGUE)
    await bench.switch.join(scene.conversation, colleague.leg)
    await hear(bench, {scene.caller.phone: {MUSIC}, scene.agent.phone: {COLLEAGUE}, colleague.phone: {AGENT}})
    await bench.switch.join(scene.conversation, scene.caller.leg)
    await hear(
        bench,
        {
            scene.caller.phone: {AGENT, COLLEAGUE},
            scene.agent.phone: {CALLER, COLLEAGUE},
            colleague.phone: {CALLER, AGENT},
        },
    )
    await bench.switch.clear(colleague.leg)
    await bench.log.take(Cleared, leg=colleague.leg)
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})


async def test_a_transfer_to_a_colleague(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.switch.leave(scene.conversation, scene.caller.leg)
    await bench.switch.music(scene.caller.leg, on=True)
    colleague = await dialled(bench, COLLEAGUE)
    await bench.switch.clear(scene.agent.leg)
    await bench.switch.join(scene.conversation, colleague.leg)
    await bench.switch.join(scene.conversation, scene.caller.leg)
    await hear(bench, {scene.caller.phone: {COLLEAGUE}, colleague.phone: {CALLER}})


async def test_a_transfer_to_a_number_outside(bench: SwitchBench) -> None:
    scene = await talk(bench)
    outside = await dialled(bench, "13900139000")
    await bench.switch.join(scene.conversation, outside.leg)
    await bench.switch.clear(scene.agent.leg)
    await hear(bench, {scene.caller.phone: {"13900139000"}, outside.phone: {CALLER}})


async def test_a_leader_intercepts(bench: SwitchBench) -> None:
    scene = await talk(bench)
    leader = await dialled(bench, LEADER)
    await bench.switch.join(scene.conversation, leader.leg)
    await bench.switch.leave(scene.conversation, scene.agent.leg)
    await hear(bench, {scene.caller.phone: {LEADER}, scene.agent.phone: (), leader.phone: {CALLER}})


async def test_keys_in_a_conversation_are_events_and_nobody_elses_tones(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await scene.caller.phone.press("42")
    await bench.log.take(Digit, leg=scene.caller.leg, digit="4")
    await bench.log.take(Digit, leg=scene.caller.leg, digit="2")
    await bench.pause(0.2)
    assert scene.agent.phone.keys_heard == ""


async def test_prompts_end_when_a_leg_joins_or_leaves(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.switch.play("p-in", scene.caller.leg, [f"sound:{LONG_PROMPT}"])
    await hear(bench, {scene.caller.phone: {LONG_PROMPT}})
    await bench.switch.leave(scene.conversation, scene.caller.leg)
    assert (await bench.log.take(PlaybackEnded, playback="p-in")).end is Ended.STOPPED
    await hear(bench, {scene.caller.phone: ()})
    await bench.switch.play("p-out", scene.caller.leg, [f"sound:{LONG_PROMPT}"])
    await bench.switch.join(scene.conversation, scene.caller.leg)
    assert (await bench.log.take(PlaybackEnded, playback="p-out")).end is Ended.STOPPED
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})


async def test_a_telephone_that_holds_by_itself_is_told(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await hear(bench, {scene.caller.phone: {AGENT}})
    await scene.agent.phone.hold()
    await bench.log.take(PhoneHeld, leg=scene.agent.leg)
    assert AGENT not in await scene.caller.phone.hears()
    await scene.agent.phone.retrieve()
    await bench.log.take(PhoneRetrieved, leg=scene.agent.leg)
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})


async def test_a_closed_conversation_has_no_members(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})
    await bench.switch.close_conversation(scene.conversation)
    await hear(bench, {scene.caller.phone: (), scene.agent.phone: ()})
    snapshot = await bench.switch.snapshot()
    assert not snapshot.conversations
    assert set(snapshot.legs) == {scene.caller.leg, scene.agent.leg}
    await bench.switch.close_conversation(scene.conversation)
    with refused(SwitchReason.NO_SUCH_CONVERSATION):
        await bench.switch.join(scene.conversation, scene.caller.leg)


async def test_an_empty_conversation_lives_on(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.switch.leave(scene.conversation, scene.caller.leg)
    await bench.switch.leave(scene.conversation, scene.caller.leg)
    await bench.switch.leave(scene.conversation, scene.agent.leg)
    assert (await bench.switch.snapshot()).conversations == {scene.conversation: frozenset()}
    await bench.switch.join(scene.conversation, scene.caller.leg)
    await bench.switch.join(scene.conversation, scene.agent.leg)
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})


async def test_a_leg_is_in_one_conversation_at_most(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.switch.open_conversation("other")
    with refused(SwitchReason.WRONG_STATE):
        await bench.switch.join("other", scene.caller.leg)
    await bench.switch.leave("other", scene.caller.leg)
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})


async def test_only_connected_legs_join(bench: SwitchBench) -> None:
    line = await offered(bench)
    await bench.switch.open_conversation("talk")
    with refused(SwitchReason.WRONG_STATE):
        await bench.switch.join("talk", line.leg)


async def test_a_snapshot_tells_who_talks_with_whom(bench: SwitchBench) -> None:
    scene = await talk(bench)
    snapshot = await bench.switch.snapshot()
    assert snapshot.conversations == {scene.conversation: {scene.caller.leg, scene.agent.leg}}
    await scene.agent.phone.hang_up()
    await bench.log.take(Cleared, leg=scene.agent.leg)
    snapshot = await bench.switch.snapshot()
    assert snapshot.conversations == {scene.conversation: {scene.caller.leg}}
    assert set(snapshot.legs) == {scene.caller.leg}
