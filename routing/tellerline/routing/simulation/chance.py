"""Chance, injected, and what is drawn from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from typing import Protocol, TypeVar

Choice = TypeVar("Choice")


class Chance(Protocol):
    """A source of chance; the same seed gives the same run."""

    def fraction(self) -> float:
        """A number from 0.0 up to but not including 1.0, uniformly."""


def exponential(chance: Chance, mean: float) -> float:
    return -mean * log(1 - chance.fraction())


def chosen(chance: Chance, shares: Mapping[Choice, float]) -> Choice:
    """One of the keys, each as often as its share of the sum."""
    left = chance.fraction() * sum(shares.values())
    key = None
    for key, share in shares.items():
        left -= share
        if left < 0:
            return key
    if key is None:
        raise ValueError("nothing to choose from")
    return key


def between_quantiles(chance: Chance, quantiles: Sequence[float]) -> float:
    """A draw from evenly spaced quantiles, the least and the greatest included, straight between neighbours."""
    place = chance.fraction() * (len(quantiles) - 1)
    low = int(place)
    return quantiles[low] + (quantiles[low + 1] - quantiles[low]) * (place - low)
