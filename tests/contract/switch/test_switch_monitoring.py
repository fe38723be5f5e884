"""Silent monitoring, whispering, barging in."""

from __future__ import annotations

import pytest
from switch_bench import MUSIC, SwitchBench, hear
from switch_scenes import AGENT, CALLER, COLLEAGUE, LEADER, Line, Talk, answered, dialled, refused, talk

from tellerline.connectors.telephony.errors import SwitchReason
from tellerline.connectors.telephony.events import Cleared
from tellerline.connectors.telephony.switch import Listening


async def _watched(bench: SwitchBench, listening: Listening) -> tuple[Talk, Line]:
    """A talk and a leader who sits in on its agent."""
    scene, leader = await talk(bench), await dialled(bench, LEADER)
    await bench.switch.monitor("m", scene.agent.leg, leader.leg, listening)
    return scene, leader


async def test_a_silent_listener_hears_both_and_is_heard_by_nobody(bench: SwitchBench) -> None:
    scene, leader = await _watched(bench, Listening.SILENT)
    await hear(bench, {leader.phone: {CALLER, AGENT}, scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})


async def test_a_whisper_reaches_the_leg_listened_to_alone(bench: SwitchBench) -> None:
    scene, leader = await _watched(bench, Listening.WHISPER)
    await hear(
        bench,
        {leader.phone: {CALLER, AGENT}, scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER, LEADER}},
    )


async def test_listening_changes_with_the_same_id(bench: SwitchBench) -> None:
    scene, leader = await _watched(bench, Listening.SILENT)
    await bench.switch.monitor("m", scene.agent.leg, leader.leg, Listening.WHISPER)
    await hear(bench, {leader.phone: {CALLER, AGENT}, scene.agent.phone: {CALLER, LEADER}})
    await bench.switch.monitor("m", scene.agent.leg, leader.leg, Listening.SILENT)
    await bench.switch.monitor("m", scene.agent.leg, leader.leg, Listening.SILENT)
    await hear(bench, {leader.phone: {CALLER, AGENT}, scene.agent.phone: {CALLER}})
    assert (await bench.switch.snapshot()).monitors == {"m": (scene.agent.leg, leader.leg)}


async def test_barging_in(bench: SwitchBench) -> None:
    scene, leader = await _watched(bench, Listening.SILENT)
    await bench.switch.stop_monitoring("m")
    await bench.switch.join(scene.conversation, leader.leg)
    await hear(
        bench,
        {
            leader.phone: {CALLER, AGENT},
            scene.caller.phone: {AGENT, LEADER},
            scene.agent.phone: {CALLER, LEADER},
        },
    )


async def test_a_monitor_goes_wherever_its_leg_goes(bench: SwitchBench) -> None:
    scene, leader = await _watched(bench, Listening.SILENT)
    await bench.switch.leave(scene.conversation, scene.agent.leg)
    await bench.switch.music(scene.agent.leg, on=True)
    await hear(bench, {leader.phone: {AGENT, MUSIC}})
    colleague = await dialled(bench, COLLEAGUE)
    await bench.switch.open_conversation("other")
    await bench.switch.join("other", scene.agent.leg)
    await bench.switch.join("other", colleague.leg)
    await hear(bench, {leader.phone: {AGENT, COLLEAGUE}})


async def test_a_stopped_listener_hears_nothing_and_stays_connected(bench: SwitchBench) -> None:
    scene, leader = await _watched(bench, Listening.WHISPER)
    await hear(bench, {leader.phone: {CALLER, AGENT}, scene.agent.phone: {CALLER, LEADER}})
    await bench.switch.stop_monitoring("m")
    await bench.switch.stop_monitoring("m")
    await hear(bench, {leader.phone: (), scene.agent.phone: {CALLER}})
    assert leader.phone.connected
    assert not (await bench.switch.snapshot()).monitors


async def test_a_monitor_ends_with_the_leg_listened_to(bench: SwitchBench) -> None:
    scene, leader = await _watched(bench, Listening.SILENT)
    await hear(bench, {leader.phone: {CALLER, AGENT}})
    await scene.agent.phone.hang_up()
    await bench.log.take(Cleared, leg=scene.agent.leg)
    await hear(bench, {leader.phone: ()})
    snapshot = await bench.switch.snapshot()
    assert not snapshot.monitors
    assert leader.leg in snapshot.legs
    await bench.switch.music(leader.leg, on=True)
    await hear(bench, {leader.phone: {MUSIC}})


async def test_a_monitor_ends_with_its_listener(bench: SwitchBench) -> None:
    scene, leader = await _watched(bench, Listening.WHISPER)
    await leader.phone.hang_up()
    await bench.log.take(Cleared, leg=leader.leg)
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})
    snapshot = await bench.switch.snapshot()
    assert not snapshot.monitors
    assert set(snapshot.conversations) == {scene.conversation}


async def test_a_leg_outside_a_conversation_can_be_listened_to(bench: SwitchBench) -> None:
    line, leader = await answered(bench), await dialled(bench, LEADER)
    await bench.switch.monitor("m", line.leg, leader.leg, Listening.SILENT)
    await hear(bench, {leader.phone: {CALLER}, line.phone: ()})


@pytest.mark.parametrize("listening", Listening)
async def test_who_is_in_a_conversation_cannot_sit_in_on_another(bench: SwitchBench, listening: Listening) -> None:
    scene = await talk(bench)
    other = await dialled(bench, COLLEAGUE)
    with refused(SwitchReason.WRONG_STATE):
        await bench.switch.monitor("m", other.leg, scene.agent.leg, listening)


async def test_nobody_sits_in_on_what_is_gone(bench: SwitchBench) -> None:
    leader = await dialled(bench, LEADER)
    with refused(SwitchReason.NO_SUCH_LEG):
        await bench.switch.monitor("m", "never-was", leader.leg, Listening.SILENT)
    with refused(SwitchReason.NO_SUCH_LEG):
        await bench.switch.monitor("m", leader.leg, "never-was", Listening.SILENT)
