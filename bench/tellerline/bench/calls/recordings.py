"""Whether recordings hold sound: a call whose media was lost leaves a silent one."""

from __future__ import annotations

import sys
import wave
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_AUDIBLE = 1000
_FRAME_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Names of recordings by what is in their files; ``seconds`` is the least sound in one that is not silent."""

    sound: int
    silent: tuple[str, ...]
    missing: tuple[str, ...]
    seconds: float


def listen(folder: Path, names: Iterable[str], at_least: float) -> Heard:
    """A recording with less than ``at_least`` seconds of sound is silent. Reads them all: seconds for hundreds."""
    lengths = {name: sound_of(folder / f"{name}.wav") for name in names}
    good = [seconds for seconds in lengths.values() if seconds is not None and seconds >= at_least]
    return Heard(
        sound=len(good),
        silent=tuple(name for name, seconds in lengths.items() if seconds is not None and seconds < at_least),
        missing=tuple(name for name, seconds in lengths.items() if seconds is None),
        seconds=round(min(good, default=0.0), 2),
    )


def sound_of(path: Path) -> float | None:
    """Seconds of a recording in which something is heard; None where there is no recording."""
    try:
        with wave.open(str(path), "rb") as file:
            rate = file.getframerate()
            samples = array("h", file.readframes(file.getnframes()))
    except (OSError, EOFError, wave.Error):
        return None
    if sys.byteorder == "big":
        samples.byteswap()
    size = int(rate * _FRAME_SECONDS)
    frames = (samples[at : at + size] for at in range(0, len(samples), size))
    return sum(max(frame) > _AUDIBLE for frame in frames) * _FRAME_SECONDS
