"""What independent replications say about a mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean, stdev


@dataclass(frozen=True)
class Interval:
    """A mean over replications with its confidence interval; ``error`` is the standard error of the mean."""

    mean: float
    error: float
    half_width: float

    def holds(self, value: float) -> bool:
        return abs(value - self.mean) <= self.half_width

    def distance(self, value: float) -> float:
        """How many standard errors ``value`` lies below the mean (negative: above)."""
        return (self.mean - value) / self.error if self.error else 0.0


def interval(values: Sequence[float], confidence: float) -> Interval:
    """Of the mean of independent ``values`` (two at least), by Student's t."""
    error = stdev(values) / math.sqrt(len(values))
    return Interval(fmean(values), error, student_quantile((1 + confidence) / 2, len(values) - 1) * error)


@cache
def student_quantile(probability: float, freedom: int) -> float:
    """Student's t below which lies ``probability`` (above one half), to nine digits."""
    low, high = 0.0, 1.0
    while _student_below(high, freedom) < probability:
        high *= 2
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        if _student_below(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return high


def _student_below(value: float, freedom: int) -> float:
    """The closed sums of Abramowitz and Stegun 26.7.3 and 26.7.4, for ``value`` >= 0."""
    angle = math.atan(value / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = total = cosine if odd else 1.0
    for step in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine * cosine * (step - 1) / step
        total += term
    if odd:
        return 0.5 + (angle + (sine * total if freedom > 1 else 0.0)) / math.pi
    return 0.5 + sine * total / 2
