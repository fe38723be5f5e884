"""Durations that were not all seen to their end: how long callers would have waited, how long agents were not free.

A caller who was served would have waited longer than the record shows (censored); of an agent who took no call the
record shows only between which bounds he was free again. Leaving such observations out, or taking the bound for the
duration, would make callers too impatient and work too long. Durations are in seconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf, log

_ROUNDS = 400
_CONVERGED = 1e-7


@dataclass(frozen=True)
class Waited:
    """One caller's wait; ``gave_up`` is False where something else ended it, at a time the patience still held."""

    seconds: float
    gave_up: bool


@dataclass(frozen=True)
class Between:
    """A duration of at least ``low`` and at most ``high``; equal bounds: it was seen."""

    low: float
    high: float


@dataclass(frozen=True)
class Survival:
    """How many outlast which time: ``shares[i]`` live on beyond ``times[i]``; beyond the last, with a constant hazard.

    Both columns are ascending in time; ``tail_mean`` is the mean time that is left after the last time.
    """

    times: tuple[float, ...]
    shares: tuple[float, ...]
    tail_mean: float

    def beyond(self, time: float) -> float:
        """The share that outlasts ``time``, within the times that were seen."""
        place = bisect_right(self.times, time)
        return self.shares[place - 1] if place else 1.0

    def draw(self, fraction: float) -> float:
        """The duration that the share ``fraction`` (0 < fraction <= 1) outlasts; infinite where nobody ended."""
        place = bisect_left(self.shares, -fraction, key=lambda share: -share)
        if place < len(self.times):
            return self.times[place]
        if not self.times:
            return self.tail_mean if self.tail_mean == inf else -self.tail_mean * log(fraction)
        return self.times[-1] - self.tail_mean * log(fraction / self.shares[-1])


def kaplan_meier(waits: Iterable[Waited]) -> Survival:
    """The product-limit estimate; callers who gave up at the same second as others were served count as still there."""
    ended: Counter[float] = Counter()
    left: Counter[float] = Counter()
    for wait in waits:
        left[wait.seconds] += 1
        ended[wait.seconds] += wait.gave_up
    times, shares = [], []
    present, share = left.total(), 1.0
    for time in sorted(left):
        if ended[time]:
            share *= 1 - ended[time] / present
            times.append(time)
            shares.append(share)
        present -= left[time]
    return Survival(tuple(times), tuple(shares), _mean(ended.total(), sum(time * many for time, many in left.items())))


def mean_patience(waits: Iterable[Waited]) -> float:
    """The likeliest mean of exponential patience: all time waited over all who gave up; infinite if nobody did."""
    listed = list(waits)
    return _mean(sum(wait.gave_up for wait in listed), sum(wait.seconds for wait in listed))


def _mean(ended: int, exposed: float) -> float:
    return exposed / ended if ended else inf


@dataclass(frozen=True)
class Histogram:
    """Shares of durations by class: ``shares[i]`` of them lie from ``edges[i]`` up to ``edges[i + 1]``, evenly."""

    edges: tuple[float, ...]
    shares: tuple[float, ...]

    @property
    def mean(self) -> float:
        return sum(
            share * (low + high) / 2 for share, low, high in zip(self.shares, self.edges, self.edges[1:], strict=False)
        )

    def draw(self, fraction: float) -> float:
        """The duration below which the share ``fraction`` (0 <= fraction < 1) lies."""
        total = 0.0
        for share, low, high in zip(self.shares, self.edges, self.edges[1:], strict=False):
            if share and fraction < total + share:
                return low + (high - low) * (fraction - total) / share
            total += share
        return self.edges[-1]


def turnbull(seen: Sequence[Between], edges: Sequence[float]) -> Histogram:
    """The likeliest histogram of interval-censored durations (Turnbull 1976, self-consistency; Efron's idea).

    ``edges`` ascend; a bound outside them counts as the nearest one. Raises ValueError when nothing was seen.
    """
    if not seen:
        raise ValueError("no duration was seen")
    classes = len(edges) - 1
    spans = Counter(_classes_of(each, edges) for each in seen)
    shares = [1 / classes] * classes
    for _ in range(_ROUNDS):
        sums = [0.0, *accumulate(shares)]
        gains = [0.0] * (classes + 1)
        for (low, high), many in spans.items():
            weight = many / max(sums[high + 1] - sums[low], 1e-300)
            gains[low] += weight
            gains[high + 1] -= weight
        found = [share * gain / len(seen) for share, gain in zip(shares, accumulate(gains[:-1]), strict=True)]
        moved = max(abs(new - old) for new, old in zip(found, shares, strict=True))
        shares = found
        if moved < _CONVERGED:
            break
    total = sum(shares)
    return Histogram(tuple(edges), tuple(max(0.0, share / total) for share in shares))


def _classes_of(duration: Between, edges: Sequence[float]) -> tuple[int, int]:
    """The first and the last class that the duration may lie in; a ``high`` on an edge does not reach beyond it."""
    last = len(edges) - 2
    low = min(max(bisect_right(edges, duration.low) - 1, 0), last)
    high = min(max(bisect_left(edges, duration.high) - 1, 0), last)
    return low, max(low, high)
