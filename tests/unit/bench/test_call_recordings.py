"""Silence in a recording is found, and so is a recording that is not there."""

from __future__ import annotations

import wave
from array import array
from dataclasses import replace
from pathlib import Path

import pytest

from tellerline.bench.calls.recordings import listen, sound_of
from tellerline.bench.calls.run import CallsFigure, CallsRun

WHOLE = CallsFigure(
    planned=10,
    offered=10,
    answered=10,
    bridged=10,
    lost=0,
    recordings=20,
    with_sound=20,
    silent=0,
    missing=0,
    least_sound_seconds=3.5,
    p50_ms=20.0,
    p99_ms=50.0,
    asterisk_cpu_ms=20.0,
    controller_cpu_ms=10.0,
    asterisk_cores=0.2,
    controller_cores=0.1,
)


def _record(path: Path, loud: float, quiet: float) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(array("h", [8000, -8000] * int(4000 * loud) + [90, -90] * int(4000 * quiet)).tobytes())


def test_sound_is_told_from_noise_on_a_line(tmp_path: Path) -> None:
    _record(tmp_path / "one.wav", loud=1.5, quiet=2)
    assert sound_of(tmp_path / "one.wav") == pytest.approx(1.5)


def test_silent_and_missing_recordings_are_named(tmp_path: Path) -> None:
    _record(tmp_path / "good.wav", loud=3, quiet=0)
    _record(tmp_path / "cut.wav", loud=0.4, quiet=3)
    (tmp_path / "empty.wav").touch()
    heard = listen(tmp_path, ["good", "cut", "empty", "absent"], at_least=2)
    assert (heard.sound, heard.silent, heard.missing, heard.seconds) == (1, ("cut",), ("empty", "absent"), 3.0)


@pytest.mark.parametrize("flaw", [{"lost": 1}, {"offered": 9}, {"with_sound": 19}])
def test_a_run_is_whole_only_when_nothing_is_lost(flaw: dict[str, int]) -> None:
    assert WHOLE.whole
    assert not replace(WHOLE, **flaw).whole


def test_agents_are_enough_for_the_calls_that_are_up_at_a_time() -> None:
    run = CallsRun(rate=10, talk=4)
    talking, echoing = run.sides()
    assert len(talking.agents) > 5 * 4
    assert not set(talking.agents) & set(echoing.agents)
    assert talking.caller_speaks is not echoing.caller_speaks
