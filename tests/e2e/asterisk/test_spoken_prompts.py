"""Whatever a shipped flow says is there to be played, in both languages, and is heard for as long as it takes."""

from __future__ import annotations

import wave
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest
from asterisk_bench import AsteriskBench, asterisk_bench
from switch_bench import EXTENSIONS
from switch_scenes import answered

from tellerline.adapters.clock import SystemClock
from tellerline.callcenter.ivr.flow import LANGUAGES, Form, Slot
from tellerline.callcenter.ivr.library import load_flows
from tellerline.callcenter.ivr.wording import recordings, sounds, texts
from tellerline.connectors.asterisk.prompts import media
from tellerline.connectors.telephony.events import Ended, PlaybackEnded
from tellerline.simulators.servers.asterisk import AsteriskServer
from tellerline.simulators.servers.asterisk.prompts import prompts
from tellerline.simulators.servers.fixtures import or_skip

PROMPTS = load_flows().prompts
SAMPLES: Mapping[Form, tuple[str, ...]] = {
    Form.NUMBER: ("0", "3", "12", "10305"),
    Form.DIGITS: ("0123456789",),
    Form.ENDING: ("622848******1234",),
    Form.MONEY: ("CNY 20000.00", "CNY -10.05", "CNY 0.50", "USD 7.08", "EUR 1.00", "HKD 2", "JPY 3", "GBP 4.99"),
    Form.MINUTES: ("10", "119", "5400"),
    Form.DATE: tuple(f"2026-{month:02}-{month + 9}" for month in range(1, 13)),
    Form.TIME: ("2026-03-02T13:05:00+08:00",),
}
LONGEST = 20


@pytest.fixture(scope="module")
def spoken() -> Path:
    with or_skip():
        return prompts(texts(PROMPTS))


@pytest.fixture(scope="module")
def server(spoken: Path) -> Iterator[AsteriskServer]:
    with AsteriskServer((*EXTENSIONS,), prompts=spoken) as running:
        yield running


@pytest.fixture
async def bench(server: AsteriskServer) -> AsyncIterator[AsteriskBench]:
    async with asterisk_bench(server) as opened:
        yield opened


def seconds(path: Path) -> float:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1), path
        return float(file.getnframes() / file.getframerate())


def said(language: str) -> Iterator[str]:
    """In Asterisk's words: every prompt, with each of the samples of the values in it."""
    for prompt in PROMPTS.values():
        slots = [part for part in prompt.parts[language] if isinstance(part, Slot)]
        for place in range(max([len(SAMPLES[slot.form]) for slot in slots], default=1)):
            values = {slot.value: SAMPLES[slot.form][place % len(SAMPLES[slot.form])] for slot in slots}
            yield from media(sounds(prompt, values, language), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_a_flow_says_is_missing(spoken: Path, language: str) -> None:
    items = set(said(language))
    for item in items:
        kind, _, name = item.partition(":")
        if kind == "sound":
            assert seconds(spoken / language / f"{name}.wav") > 0.04, item
        elif kind == "digits":
            assert all((spoken / language / f"digits/{digit}.wav").exists() for digit in name), item
        else:
            assert (kind, language) == ("number", "en"), item
    assert len(items) > 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_prompt_takes_as_long_as_its_words(spoken: Path, language: str) -> None:
    for name, text in recordings(PROMPTS, language).items():
        each = seconds(spoken / language / f"{name}.wav")
        assert 0.1 < each < LONGEST, (name, each)
        assert each > len(text) / (8 if language == "zh" else 30), (name, text, each)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_prompt_is_heard_to_its_end(bench: AsteriskBench, spoken: Path, language: str) -> None:
    line = await answered(bench)
    (name,) = sounds(PROMPTS["prompts.goodbye"], {}, language)
    clock = SystemClock()
    began = clock.monotonic()
    await bench.switch.play("p", line.leg, [name, "sound:beep"], language=language)
    assert (await bench.log.take(PlaybackEnded, patience=20, playback="p")).end is Ended.DONE
    files = (name.removeprefix("sound:"), "beep")
    wanted = sum(seconds(spoken / language / f"{each}.wav") for each in files)
    assert wanted - 0.3 < clock.monotonic() - began < wanted + 3


def test_a_banks_own_recordings_take_the_place_of_the_machine_s(spoken: Path, tmp_path: Path) -> None:
    own = tmp_path / "zh" / "prompts" / "goodbye" / "0.wav"
    own.parent.mkdir(parents=True)
    own.write_bytes((spoken / "zh" / "beep.wav").read_bytes())
    folder = prompts(texts(PROMPTS), tmp_path)
    assert seconds(folder / "zh/prompts/goodbye/0.wav") == seconds(own)
    assert seconds(folder / "en/prompts/goodbye/0.wav") == seconds(spoken / "en/prompts/goodbye/0.wav")
    assert prompts(texts(PROMPTS)) == spoken
