"""The same seeds and the same moves at the same instants give the same lines, to the byte."""

from __future__ import annotations

from datetime import timedelta

from softswitch_bench import SoftswitchBench, softswitch_bench
from switch_bench import HOTLINE, LONG_PROMPT
from switch_scenes import AGENT, LEADER, dialled, talk

from tellerline.connectors.telephony.events import Offered
from tellerline.connectors.telephony.switch import Listening, SecretPlan


async def _scene(bench: SoftswitchBench) -> bytes:
    scene, leader = await talk(bench), await dialled(bench, LEADER)
    await bench.switch.monitor("m", scene.agent.leg, leader.leg, Listening.WHISPER)
    await bench.switch.record("r", scene.caller.leg)
    await bench.switch.leave(scene.conversation, scene.caller.leg)
    await bench.switch.collect_secret("c", scene.caller.leg, SecretPlan(length=6), str.encode)
    await bench.switch.play("p", scene.caller.leg, [f"sound:{LONG_PROMPT}"])
    await scene.caller.phone.press("739164")
    await bench.pause(3.3)
    await (await bench.telephone("13900139000")).call(HOTLINE)
    await bench.log.take(Offered)
    await bench.lose_link()
    await bench.restore_link()
    await bench.switch.dial("again", AGENT, ring=timedelta(seconds=2))
    await bench.stop_switch()
    await bench.start_switch()
    await bench.pause(2)
    return bench.written()


async def test_a_scene_is_the_same_again() -> None:
    written = []
    for _ in range(2):
        async with softswitch_bench() as bench:
            written.append(await _scene(bench))
    assert written[0] == written[1]
    assert b'"box":"' in written[0]
    assert b"739164" not in written[0]
