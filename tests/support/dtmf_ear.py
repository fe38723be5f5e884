"""An ear for telephone keys pressed in band: which DTMF tones stand in some audio, in their order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from telephones import RATE, Samples

_ROWS = (697, 770, 852, 941)
_COLUMNS = (1209, 1336, 1477, 1633)
_KEYS = ("123A", "456B", "789C", "*0#D")
_FRAME = 160
_STEP = 80
_LOUD = 100.0
"""Amplitude of each of the two tones from which on a key counts as heard: a fiftieth of a voice's."""
_SHARE = 0.6
"""How much of a frame's energy the two tones have at least: a voice, or two, is taken for no key."""
_LEAST = 2
"""Frames in a row: from 30 ms on, less than a telephone's shortest key."""


def keys_in(samples: Samples) -> str:
    """Each key once for as long as it sounds without a break."""
    heard, last, run = "", "", 0
    for key in [*_frames(samples), ""]:
        run = run + 1 if key == last else 1
        last = key
        if key and run == _LEAST:
            heard += key
    return heard


def _frames(samples: Samples) -> list[str]:
    """The key in each frame; empty for none."""
    if len(samples) < _FRAME:
        return []
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FRAME)[::_STEP]
    energy = (frames**2).sum(axis=1)
    rows, columns = _loudness(frames, _ROWS), _loudness(frames, _COLUMNS)
    row, column = rows.argmax(axis=1), columns.argmax(axis=1)
    low, high = rows.max(axis=1), columns.max(axis=1)
    share = (low**2 + high**2) * _FRAME / 2 / np.maximum(energy, 1)
    sure = (np.minimum(low, high) > _LOUD) & (share > _SHARE)
    return [_KEYS[r][c] if yes else "" for r, c, yes in zip(row, column, sure, strict=True)]


def _loudness(frames: NDArray[np.float64], tones: tuple[int, ...]) -> NDArray[np.float64]:
    """The amplitude of each tone in each frame (Goertzel, as a product of matrices)."""
    at = np.arange(_FRAME)
    turning = np.exp(-2j * np.pi * np.outer(at, tones) / RATE)
    return np.asarray(2 * np.abs(frames @ turning) / _FRAME)


def keys_as_sound(keys: str, *, seconds: float = 0.08, pause: float = 0.08, loudness: float = 4000) -> Samples:
    """The tones of these keys, as a telephone sends them in band."""
    at = np.arange(int(seconds * RATE))
    parts = []
    for key in keys:
        row = next(place for place, keys_there in enumerate(_KEYS) if key in keys_there)
        column = _KEYS[row].index(key)
        tones = (np.sin(2 * np.pi * hz * at / RATE) for hz in (_ROWS[row], _COLUMNS[column]))
        parts += [loudness * sum(tones), np.zeros(int(pause * RATE))]
    return np.concatenate(parts) if parts else np.zeros(0)
