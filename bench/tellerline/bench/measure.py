"""What a process cost: the operating system's own accounting, all threads of it."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import psutil

_SCHEDULED = 2
"""What the scheduler has given: the kind of clock in a Linux CPU clock's number (see ``clock_getcpuclockid``)."""


def cpu_seconds(pids: Iterable[int]) -> float:
    """User plus system time of the processes so far, in seconds.

    To the nanosecond where the kernel keeps a CPU clock per process (Linux), else to the clock tick, usually 10 ms.
    """
    return sum(_cpu_seconds(pid) for pid in pids)


def _cpu_seconds(pid: int) -> float:
    if sys.platform == "linux":
        return time.clock_gettime(~pid << 3 | _SCHEDULED)
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One subject's share of one round."""

    requests: int
    failed: int
    cpu_us: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The rounds of one subject: CPU microseconds per request and requests per second, as median and spread."""

    cpu_us: float
    cpu_us_low: float
    cpu_us_high: float
    per_second: float
    failed: int
    rounds: int
    costs: tuple[float, ...]
    """CPU microseconds per request of each round, in their order: rounds of two subjects can be compared in pairs."""

    def document(self) -> dict[str, object]:
        return asdict(self)


def figure(rounds: Sequence[Round]) -> Figure:
    """Summarise; ``rounds`` is not empty."""
    costs = [one.cpu_us for one in rounds]
    return Figure(
        cpu_us=round(statistics.median(costs), 1),
        cpu_us_low=round(min(costs), 1),
        cpu_us_high=round(max(costs), 1),
        per_second=round(statistics.median(one.requests / one.seconds for one in rounds), 1),
        failed=sum(one.failed for one in rounds),
        rounds=len(rounds),
        costs=tuple(round(cost, 1) for cost in costs),
    )
