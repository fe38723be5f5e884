"""Prompts and music for one leg."""

from __future__ import annotations

import pytest
from switch_bench import ENGLISH, LONG_PROMPT, MUSIC, SHORT_PROMPT, SwitchBench, hear
from switch_scenes import AGENT, CALLER, answered, offered, refused, talk

from tellerline.connectors.telephony.errors import SwitchReason
from tellerline.connectors.telephony.events import Cleared, Digit, Ended, PlaybackEnded

LONG, SHORT = f"sound:{LONG_PROMPT}", f"sound:{SHORT_PROMPT}"


async def test_prompts_are_played_one_after_the_other(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.play("p", line.leg, [SHORT, "silence:300", LONG])
    await hear(bench, {line.phone: {SHORT_PROMPT}})
    await hear(bench, {line.phone: {LONG_PROMPT}})
    assert not bench.log.seen(PlaybackEnded)


async def test_the_end_of_the_last_prompt_is_told_once(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.play("p", line.leg, [SHORT, SHORT])
    event = await bench.log.take(PlaybackEnded, playback="p")
    assert (event.leg, event.end) == (line.leg, Ended.DONE)
    await hear(bench, {line.phone: ()})
    assert len(bench.log.seen(PlaybackEnded)) == 1


async def test_stopping_silences_at_once(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.play("p", line.leg, [LONG, LONG])
    await hear(bench, {line.phone: {LONG_PROMPT}})
    await bench.switch.stop("p")
    assert (await bench.log.take(PlaybackEnded, playback="p")).end is Ended.STOPPED
    await hear(bench, {line.phone: ()})
    await bench.switch.stop("p")
    await bench.switch.stop("never-was")


async def test_a_key_is_heard_while_a_prompt_plays(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.play("p", line.leg, [LONG])
    await line.phone.press("7")
    await bench.log.take(Digit, digit="7")
    assert not bench.log.seen(PlaybackEnded)


async def test_a_prompt_that_is_not_there_fails(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.play("p", line.leg, ["sound:no-such-prompt"])
    assert (await bench.log.take(PlaybackEnded, playback="p")).end is Ended.FAILED


@pytest.mark.parametrize("missing", ["sound:no-such-prompt", "recording:no-such-recording"])
async def test_a_prompt_that_is_not_there_fails_also_before_others(bench: SwitchBench, missing: str) -> None:
    line = await answered(bench)
    await bench.switch.play("p", line.leg, [missing, LONG])
    assert (await bench.log.take(PlaybackEnded, playback="p")).end is Ended.FAILED
    await hear(bench, {line.phone: ()})


async def test_what_comes_before_a_prompt_that_is_not_there_is_heard(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.play("p", line.leg, [LONG, "sound:no-such-prompt"])
    await hear(bench, {line.phone: {LONG_PROMPT}})
    await bench.switch.play("q", line.leg, [SHORT, "sound:no-such-prompt", LONG])
    await bench.switch.stop("p")
    assert (await bench.log.take(PlaybackEnded, playback="p")).end is Ended.STOPPED
    assert (await bench.log.take(PlaybackEnded, playback="q")).end is Ended.FAILED


@pytest.mark.parametrize(
    "prompt", ["jingle:a", "silence:soon", "number:one", "digits:", "sound:../secret", "sound:a,b"]
)
async def test_a_prompt_of_no_known_kind_is_refused(bench: SwitchBench, prompt: str) -> None:
    line = await answered(bench)
    with refused(SwitchReason.REFUSED):
        await bench.switch.play("p", line.leg, [prompt])


async def test_prompts_are_spoken_in_the_language_asked_for(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.play("p", line.leg, [LONG], language="en")
    await hear(bench, {line.phone: {ENGLISH}})


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_digits_and_numbers_are_read_out(bench: SwitchBench, language: str) -> None:
    line = await answered(bench)
    await bench.switch.play("p", line.leg, ["digits:7", "number:12", "silence:50"], language=language)
    assert (await bench.log.take(PlaybackEnded, patience=10, playback="p")).end is Ended.DONE


async def test_playing_again_with_the_same_id_has_no_effect(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.play("p", line.leg, [SHORT])
    await bench.switch.play("p", line.leg, [SHORT])
    await bench.log.take(PlaybackEnded, playback="p")
    await bench.switch.play("p", line.leg, [SHORT])
    await bench.pause(0.7)
    assert len(bench.log.seen(PlaybackEnded)) == 1


async def test_a_playback_ends_before_its_leg_does(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.play("p", line.leg, [LONG])
    await line.phone.hang_up()
    await bench.log.take(Cleared, leg=line.leg)
    assert [type(event) for event in bench.log.events[-2:]] == [PlaybackEnded, Cleared]
    assert bench.log.seen(PlaybackEnded)[0].end is Ended.STOPPED


async def test_others_in_a_conversation_do_not_hear_a_prompt(bench: SwitchBench) -> None:
    scene = await talk(bench)
    await bench.switch.play("p", scene.agent.leg, [LONG])
    for _ in range(2):
        while LONG_PROMPT not in await scene.agent.phone.hears():
            assert not bench.log.seen(PlaybackEnded), "the agent never heard it"
        assert LONG_PROMPT not in await scene.caller.phone.hears()
    await bench.switch.stop("p")
    await hear(bench, {scene.caller.phone: {AGENT}, scene.agent.phone: {CALLER}})


async def test_music_begins_and_ends(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.music(line.leg, on=True)
    await bench.switch.music(line.leg, on=True)
    await hear(bench, {line.phone: {MUSIC}})
    await bench.switch.music(line.leg, on=False)
    await hear(bench, {line.phone: ()})


async def test_music_goes_on_after_an_announcement(bench: SwitchBench) -> None:
    line = await answered(bench)
    await bench.switch.music(line.leg, on=True)
    await bench.switch.play("p", line.leg, [SHORT])
    await bench.log.take(PlaybackEnded, playback="p")
    await hear(bench, {line.phone: {MUSIC}})


async def test_neither_prompts_nor_music_without_a_connection(bench: SwitchBench) -> None:
    line = await offered(bench)
    with refused(SwitchReason.WRONG_STATE):
        await bench.switch.play("p", line.leg, [SHORT])
    with refused(SwitchReason.WRONG_STATE):
        await bench.switch.music(line.leg, on=True)


async def test_no_music_in_a_conversation(bench: SwitchBench) -> None:
    scene = await talk(bench)
    with refused(SwitchReason.WRONG_STATE):
        await bench.switch.music(scene.agent.leg, on=True)
