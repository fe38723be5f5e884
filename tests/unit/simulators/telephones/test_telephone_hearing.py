"""An ear that knows recordings again, in noise, cut off, and among others."""

from __future__ import annotations

import numpy as np
import pytest

from tellerline.simulators.telephones.hearing import RATE, Samples, likeness, tones

CHANCE = np.random.default_rng(1)


def words(seconds: float) -> Samples:
    """Something that changes as quickly as speech."""
    steps = CHANCE.normal(size=int(seconds * 40))
    hz = 300 + 900 * np.abs(np.repeat(steps, RATE // 40))
    return np.asarray(5000 * np.sin(2 * np.pi * np.cumsum(hz) / RATE))


KNOWN, OTHER = words(3), words(3)
SILENCE = np.zeros(RATE)


@pytest.mark.parametrize("loudness", [0.1, 1.0])
def test_a_recording_is_known_again_wherever_it_begins(loudness: float) -> None:
    heard = np.concatenate((OTHER, SILENCE[:1234], KNOWN[: int(1.2 * RATE)])) * loudness
    assert likeness(heard + CHANCE.normal(scale=100 * loudness, size=len(heard)), KNOWN) > 0.95


def test_other_words_silence_and_too_little_are_not_taken_for_it() -> None:
    assert likeness(np.concatenate((OTHER, SILENCE)), KNOWN) < 0.5
    assert likeness(SILENCE, KNOWN) == 0
    assert likeness(KNOWN[: RATE // 2], KNOWN) == 0
    assert likeness(KNOWN, SILENCE) == 0


def test_silence_before_the_words_does_not_count() -> None:
    assert likeness(KNOWN, np.concatenate((SILENCE, KNOWN))) > 0.99


def test_tones_have_names() -> None:
    at = np.arange(RATE // 5)
    samples = 3000 * np.sin(2 * np.pi * 440 * at / RATE)
    assert tones(samples, {440: "a", 520: "b"}) == {"a"}
