"""Which of some tones a WAV file holds: 8 kHz, 16 bit, one channel."""

from __future__ import annotations

import cmath
import io
import wave
from array import array
from collections.abc import Mapping, Sequence

RATE = 8_000
_AUDIBLE = 500
_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
_KEYS = "123456789*0#"
_FRAME = 400


def samples_of(wav: bytes) -> array[int]:
    with wave.open(io.BytesIO(wav), "rb") as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (RATE, 2, 1)
        return array("h", file.readframes(file.getnframes()))


def loudness(samples: Sequence[int], hertz: int) -> float:
    """The amplitude of one tone."""
    turn = cmath.exp(-2j * cmath.pi * hertz / RATE)
    angle, total = complex(1), complex(0)
    for sample in samples:
        total += sample * angle
        angle *= turn
    return 2 * abs(total) / max(1, len(samples))


def tones_in(wav: bytes, start: float, end: float, tones: Mapping[str, int]) -> frozenset[str]:
    """The names of the tones, in Hz, that are heard between two seconds of it."""
    samples = samples_of(wav)[round(start * RATE) : round(end * RATE)]
    return frozenset(name for name, hertz in tones.items() if loudness(samples, hertz) > _AUDIBLE)


def keys_in(wav: bytes) -> str:
    """The keys of a telephone whose tones are in it, once for each 50 ms that it sounds."""
    samples = samples_of(wav)
    frames = (samples[place : place + _FRAME] for place in range(0, len(samples) - _FRAME + 1, _FRAME))
    return "".join(key for frame in frames if (key := _key(frame)))


def _key(frame: Sequence[int]) -> str:
    row = max(range(4), key=lambda at: loudness(frame, _ROWS[at]))
    column = max(range(3), key=lambda at: loudness(frame, _COLUMNS[at]))
    loud = min(loudness(frame, _ROWS[row]), loudness(frame, _COLUMNS[column]))
    return _KEYS[3 * row + column] if loud > 2 * _AUDIBLE else ""
