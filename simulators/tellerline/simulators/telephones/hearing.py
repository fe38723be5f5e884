"""What stands in some audio: steady tones, by which telephones know each other, and recordings that are known."""

from __future__ import annotations

import io
import wave
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
_AUDIBLE = 500
"""A tone counts as heard from a tenth of a voice's loudness on."""
_SILENCE = 200
_TELLING = 0.8
"""Seconds of a recording by which it is told from others."""

Samples = NDArray[np.float64]


def tones(samples: Samples, names: Mapping[int, str]) -> frozenset[str]:
    """The names of the tones, by their frequency in Hz, that are in ``samples`` from beginning to end."""
    if len(samples) < RATE // 20:
        return frozenset()
    at = np.arange(len(samples))
    window = np.hanning(len(samples))
    heard = set()
    for hz, name in names.items():
        turning = np.exp(-2j * np.pi * hz * at / RATE)
        if 2 * abs(np.sum(samples * window * turning)) / window.sum() > _AUDIBLE:
            heard.add(name)
    return frozenset(heard)


def wav_samples(wav: Path | bytes, start: float = 0, end: float | None = None) -> Samples:
    """The samples of a WAV file of 8 kHz, 16 bit and one channel, between two seconds of it."""
    with wave.open(io.BytesIO(wav) if isinstance(wav, bytes) else str(wav), "rb") as file:
        if (file.getframerate(), file.getsampwidth(), file.getnchannels()) != (RATE, 2, 1):
            raise ValueError(f"{wav!r} is not of 8 kHz, 16 bit and one channel")
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    return samples[int(start * RATE) : int(end * RATE) if end is not None else None]


def likeness(heard: Samples, recording: Samples) -> float:
    """How much the beginning of a recording is like the part of ``heard`` that is most like it: 1 for the same sound,
    however loud, and less than 0.5 for other words of the same voice."""
    loud = np.flatnonzero(np.abs(recording) > _SILENCE)
    if not len(loud):
        return 0.0
    known = recording[loud[0] : loud[0] + int(_TELLING * RATE)]
    if len(heard) < len(known):
        return 0.0
    size = 1 << int(np.ceil(np.log2(len(heard) + len(known))))
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(known, size))
    together = np.fft.irfft(product, size)[: len(heard) - len(known) + 1]
    energy = np.concatenate(([0.0], np.cumsum(heard**2)))
    windows = np.sqrt(np.maximum(energy[len(known) :] - energy[: -len(known)], 1.0))
    return float(np.max(together / windows) / np.linalg.norm(known))
