"""Recordings of one leg, told by the tones in the WAV file."""

from __future__ import annotations

import io
import wave
from datetime import timedelta

from switch_bench import MUSIC, SwitchBench, hear
from switch_scenes import AGENT, CALLER, answered, refused, talk

from tellerline.connectors.telephony.errors import SwitchReason
from tellerline.connectors.telephony.events import Cleared, Ended, RecordingEnded


def _seconds(wav: bytes) -> float:
    with wave.open(io.BytesIO(wav), "rb") as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1)
        return file.getnframes() / 8000


async def test_a_recording_holds_what_its_leg_says_and_nothing_else(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.switch.record("r-agent", scene.agent.leg)
    await bench.switch.record("r-caller", scene.caller.leg)
    await bench.pause(0.8)
    assert (await bench.switch.snapshot()).recordings == {
        "r-agent": scene.agent.leg,
        "r-caller": scene.caller.leg,
    }
    for recording, voice in (("r-agent", AGENT), ("r-caller", CALLER)):
        await bench.switch.stop_recording(recording)
        assert (await bench.log.take(RecordingEnded, recording=recording)).end is Ended.STOPPED
        wav = await bench.switch.fetch_recording(recording)
        assert 0.6 < _seconds(wav) < 3
        assert bench.tones(wav, 0.2, 0.6) == {voice}
    assert not (await bench.switch.snapshot()).recordings


async def test_recording_goes_on_through_hold_without_the_music(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.switch.record("r", scene.caller.leg)
    await bench.switch.leave(scene.conversation, scene.caller.leg)
    await bench.switch.music(scene.caller.leg, on=True)
    await hear(bench, {scene.caller.phone: {MUSIC}})
    await bench.pause(0.4)
    await bench.switch.stop_recording("r")
    await bench.log.take(RecordingEnded, recording="r")
    wav = await bench.switch.fetch_recording("r")
    assert bench.tones(wav, _seconds(wav) - 0.4, _seconds(wav)) == {CALLER}


async def test_a_recording_ends_by_itself_when_nothing_is_said_for_long(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.record("r", line.leg, silence=timedelta(seconds=2))
    await bench.pause(2.5)
    assert not bench.log.seen(RecordingEnded)
    await line.phone.hush(4)
    assert (await bench.log.take(RecordingEnded, recording="r")).end is Ended.DONE
    wav = await bench.switch.fetch_recording("r")
    assert bench.tones(wav, 0.5, 2) == {CALLER}
    assert not (await bench.switch.snapshot()).recordings


async def test_a_pause_is_cut_out(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.record("r", line.leg)
    await bench.pause(0.5)
    await bench.switch.pause_recording("r", paused=True)
    await bench.switch.pause_recording("r", paused=True)
    await bench.pause(1.4)
    await bench.switch.pause_recording("r", paused=False)
    await bench.pause(0.5)
    await bench.switch.stop_recording("r")
    await bench.log.take(RecordingEnded, recording="r")
    wav = await bench.switch.fetch_recording("r")
    assert 0.8 < _seconds(wav) < 2
    assert bench.tones(wav, 0.1, 0.8) == {CALLER}


async def test_a_recording_pauses_as_soon_as_it_is_ordered(bench: SwitchBench) -> None:
    line = await answered(bench)
    recordings = [f"r-{number}" for number in range(8)]
    for recording in recordings:
        await bench.switch.record(recording, line.leg)
        await bench.switch.pause_recording(recording, paused=True)
    await bench.pause(0.4)
    for recording in recordings:
        await bench.switch.stop_recording(recording)
        await bench.log.take(RecordingEnded, recording=recording)
        assert _seconds(await bench.switch.fetch_recording(recording)) < 0.3


async def test_a_recording_ends_before_its_leg_does_and_is_kept(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.record("r", line.leg)
    await bench.pause(0.5)
    await line.phone.hang_up()
    await bench.log.take(Cleared, leg=line.leg)
    [ended, _] = bench.log.events[-2:]
    assert isinstance(ended, RecordingEnded)
    assert ended.end is Ended.DONE
    assert bench.tones(await bench.switch.fetch_recording("r"), 0.1, 0.4) == {CALLER}
    await bench.switch.stop_recording("r")


async def test_recording_again_with_the_same_id_has_no_effect(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.record("r", line.leg)
    await bench.switch.record("r", line.leg)
    await bench.pause(0.3)
    await bench.switch.stop_recording("r")
    await bench.log.take(RecordingEnded, recording="r")
    before = await bench.switch.fetch_recording("r")
    await bench.switch.record("r", line.leg)
    await bench.pause(0.3)
    assert await bench.switch.fetch_recording("r") == before
    assert len(bench.log.seen(RecordingEnded)) == 1


async def test_a_recording_can_be_played(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.switch.record("r", scene.agent.leg)
    await bench.pause(0.9)
    await bench.switch.stop_recording("r")
    await bench.log.take(RecordingEnded, recording="r")
    await bench.switch.leave(scene.conversation, scene.caller.leg)
    await bench.switch.play("p", scene.caller.leg, ["recording:r"])
    await hear(bench, {scene.caller.phone: {AGENT}})


async def test_what_was_never_recorded_cannot_be_fetched(bench: SwitchBench) -> None:
    with refused(SwitchReason.NO_SUCH_RECORDING):
        await bench.switch.fetch_recording("never-was")
    with refused(SwitchReason.NO_SUCH_RECORDING):
        await bench.switch.pause_recording("never-was", paused=True)
    await bench.switch.stop_recording("never-was")


async def test_a_running_recording_cannot_be_fetched(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.record("r", line.leg)
    with refused(SwitchReason.WRONG_STATE):
        await bench.switch.fetch_recording("r")
