"""Counters and histograms that cost an addition each; Prometheus's samples are made of them when a scraper asks.

All counting happens on the loop's thread and a scraper's thread only reads, so that no addition can be lost without a
lock.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import Generic, TypeVar

from prometheus_client import Counter
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric, Sample

from tellerline.adapters.clock import Clock


class Tally:
    """How often something happened since ``created``, in seconds of the epoch."""

    __slots__ = ("count", "created")

    def __init__(self, created: float) -> None:
        self.created = created
        self.count = 0

    def inc(self) -> None:
        """It happened once more. For the loop's thread alone."""
        self.count += 1


class Spread:
    """Seconds, counted by the first of ``bounds`` that is not below them, and their sum; since ``created``."""

    __slots__ = ("bounds", "counts", "created", "sum")

    def __init__(self, bounds: Sequence[float], created: float) -> None:
        self.created = created
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, seconds: float) -> None:
        """It took so long once more. For the loop's thread alone."""
        self.sum += seconds
        self.counts[bisect_left(self.bounds, seconds)] += 1


_Child = TypeVar("_Child", bound=Tally | Spread)


class _Family(Generic[_Child]):
    """One metric: a child for each combination of labels' values, in the order in which they first came.

    ``clock`` is to be the scraper's, which compares with its own time when a child was created.
    """

    def __init__(
        self, name: str, text: str, labels: Sequence[str], make: Callable[[float], _Child], clock: Clock
    ) -> None:
        self._name = name
        self._text = text
        self.label_names = labels
        self._make = make
        self._clock = clock
        self._children: dict[tuple[str, ...], _Child] = {}

    def labels(self, *values: str) -> _Child:
        """The child that counts for these; the same one each time."""
        if len(values) != len(self.label_names):
            raise ValueError(f"{self._name} has the labels {', '.join(self.label_names)}")
        written = tuple(str(value) for value in values)
        return self._children.get(written) or self._children.setdefault(written, self._begun())

    def _begun(self) -> _Child:
        return self._make(self._clock.now().timestamp())

    def _each(self) -> Iterable[tuple[tuple[str, ...], _Child]]:
        return self._children.copy().items()  # one step of the interpreter: the loop may add a child meanwhile


class Tallies(_Family[Tally]):
    """A counter with labels, as a collector of Prometheus's registry."""

    def __init__(self, name: str, text: str, labels: Sequence[str], clock: Clock) -> None:
        super().__init__(name, text, labels, Tally, clock)

    def describe(self) -> Iterable[Metric]:
        return [CounterMetricFamily(self._name, self._text, labels=self.label_names)]

    def collect(self) -> Iterator[Metric]:
        family = CounterMetricFamily(self._name, self._text, labels=self.label_names)
        for values, tally in self._each():
            family.add_metric(values, tally.count, tally.created if _tells_created() else None)
        yield family


class Spreads(_Family[Spread]):
    """A histogram of seconds with labels, as a collector of Prometheus's registry."""

    def __init__(self, name: str, text: str, labels: Sequence[str], bounds: Sequence[float], clock: Clock) -> None:
        super().__init__(name, text, labels, lambda created: Spread(bounds, created), clock)
        self._bounds = [*(str(bound) for bound in bounds), "+Inf"]

    def describe(self) -> Iterable[Metric]:
        return [HistogramMetricFamily(self._name, self._text, labels=self.label_names)]

    def collect(self) -> Iterator[Metric]:
        family = HistogramMetricFamily(self._name, self._text, labels=self.label_names)
        for values, spread in self._each():
            counts = accumulate(spread.counts.copy())
            family.add_metric(values, list(zip(self._bounds, counts, strict=True)), spread.sum)
            if _tells_created():
                labels = dict(zip(self.label_names, values, strict=True))
                family.samples.append(Sample(f"{self._name}_created", labels, spread.created))
        yield family


@cache
def _tells_created() -> bool:
    """Whether the library tells when counting began, which its users may switch off (an environment variable)."""
    probe = Counter("probe", "Never registered.", registry=None)
    return any(sample.name.endswith("_created") for metric in probe.collect() for sample in metric.samples)
