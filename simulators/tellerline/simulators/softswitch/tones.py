"""Voices and keys as tones in WAV files: 8 kHz, 16 bit, one channel."""

from __future__ import annotations

import io
import wave
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import pi, sin

RATE = 8_000
KEY_SECONDS = 0.1
_LOUD = 9_000
_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
_KEYS = "123456789*0#"


@dataclass(frozen=True, slots=True)
class TrackPart:
    """``seconds`` of a voice, empty for silence; or a key, whose tones lie over what follows it."""

    seconds: float
    voice: str = ""
    key: str = ""


def wav(parts: Iterable[TrackPart], tone: Callable[[str], int]) -> bytes:
    """The file. ``tone`` gives each voice's frequency in Hz, a multiple of 10. Keys follow each other."""
    samples = bytearray()
    keys: list[tuple[int, str]] = []
    elapsed = 0.0
    for part in parts:
        if part.key:
            keys.append((len(samples), part.key))
            continue
        elapsed += part.seconds
        missing = 2 * round(elapsed * RATE) - len(samples)
        samples += _stretch(_voice(tone(part.voice)) if part.voice else bytes(2 * RATE // 10), missing)
    free = 0
    for place, key in keys:
        start = max(place, free)
        free = start + 2 * round(2 * KEY_SECONDS * RATE)
        tones = _key(key)[: max(0, len(samples) - start)]
        samples[start : start + len(tones)] = tones
    return _file(bytes(samples))


def _stretch(block: bytes, size: int) -> bytes:
    """As much of the block, again and again, as fills ``size``."""
    return (block * (size // len(block) + 1))[:size]


@lru_cache(maxsize=256)
def _voice(hertz: int) -> bytes:
    """A tenth of a second, in which a multiple of 10 Hz comes round."""
    return array("h", (round(_LOUD * sin(2 * pi * hertz * at / RATE)) for at in range(RATE // 10))).tobytes()


@lru_cache(maxsize=16)
def _key(key: str) -> bytes:
    row, column = divmod(_KEYS.index(key), 3)
    low, high = (2 * pi * hertz / RATE for hertz in (_ROWS[row], _COLUMNS[column]))
    samples = range(round(KEY_SECONDS * RATE))
    return array("h", (round(_LOUD * (sin(low * at) + sin(high * at)) / 2) for at in samples)).tobytes()


def _file(samples: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples)
    return file.getvalue()
