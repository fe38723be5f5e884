"""The figures of a set of calls: the same for recorded and for simulated ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

SERVICE_LEVEL = 20.0
"""Seconds within which a caller counts as served in time."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one call; ``waited`` is 0 for a caller who did not enter the queue."""

    asked: float
    kind: str
    tier: int | None
    waited: float
    served: bool
    before_queue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of all ``calls``; of several runs, the means. ``before_queue``: those of ``abandoned`` who never queued.

    Waits are in seconds over all calls, those who waited not at all and those who gave up included.
    """

    calls: float
    abandoned: float
    before_queue: float
    queued: float
    wait_mean: float
    wait_p50: float
    wait_p90: float
    wait_mean_queued: float
    service_level: float

    @property
    def abandonment(self) -> float:
        return self.abandoned / self.calls


def figures(runs: Sequence[Iterable[Fate]]) -> Figures | None:
    """Of one recorded or several simulated runs; None when no run has a call."""
    found = [_of_run(fates) for run in runs if (fates := list(run))]
    if not found:
        return None
    return Figures(**{name: fmean(getattr(each, name) for each in found) for name in Figures.__dataclass_fields__})


def _of_run(fates: Sequence[Fate]) -> Figures:
    waits = sorted(fate.waited for fate in fates)
    queued = sum(1 for wait in waits if wait > 0)
    in_time = sum(1 for fate in fates if fate.served and fate.waited <= SERVICE_LEVEL)
    return Figures(
        calls=len(fates),
        abandoned=sum(1 for fate in fates if not fate.served),
        before_queue=sum(1 for fate in fates if fate.before_queue),
        queued=queued,
        wait_mean=fmean(waits),
        wait_p50=_quantile(waits, 0.5),
        wait_p90=_quantile(waits, 0.9),
        wait_mean_queued=sum(waits) / queued if queued else 0.0,
        service_level=in_time / len(fates),
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Straight between neighbours, as numpy and spreadsheets do it."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
