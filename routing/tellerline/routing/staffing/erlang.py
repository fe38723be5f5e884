"""Erlang-C (M/M/n) and Erlang-A (M/M/n+M) in closed form: no approximation, no table.

Callers arrive at random (Poisson), services and patience are exponential, the longest waiting caller is served first.
Erlang-A follows Zeltyn and Mandelbaum, "Call centers with impatient customers: many-server asymptotics of the M/M/n+G
queue" (2005): with ``H(t) = (1 - exp(-theta t)) / theta``, the virtual wait has the density proportional to
``g(t) = exp(lambda H(t) - n mu t)``. Its integral beyond t is ``g(t) S(x, z) / theta`` with ``x = n mu / theta``,
``z = lambda exp(-theta t) / theta`` and the series ``S(x, z) = sum over k of z^k / (x (x+1) ... (x+k))``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Protocol

_LARGE = 1e200
_NEGLIGIBLE = 1e-17


@dataclass(frozen=True, kw_only=True)
class Load:
    """What comes and who serves it; ``arrival_rate`` and ``service_rate`` (of one agent) in the same unit of time."""

    arrival_rate: float
    service_rate: float
    agents: int

    def __post_init__(self) -> None:
        if self.arrival_rate <= 0 or self.service_rate <= 0 or self.agents < 1:
            raise ValueError("a load needs positive rates and at least one agent")

    @property
    def erlangs(self) -> float:
        """The work that arrives: how many agents it would keep busy without a break."""
        return self.arrival_rate / self.service_rate

    @property
    def capacity(self) -> float:
        """Services per unit of time while every agent is busy."""
        return self.agents * self.service_rate


class Waits(Protocol):
    """What either formula answers. Times are in the unit of the load's rates; probabilities are of all callers."""

    @property
    def delay_probability(self) -> float: ...

    @property
    def mean_wait(self) -> float:
        """Of all callers: served at once (0), served later, and gone."""

    @property
    def abandonment(self) -> float: ...

    def wait_beyond(self, time: float) -> float: ...

    def service_level(self, time: float) -> float:
        """The share of all callers that are served within ``time``."""


@dataclass(frozen=True)
class ErlangC:
    """M/M/n: nobody gives up. Raises ValueError when more comes than the agents can serve."""

    load: Load

    def __post_init__(self) -> None:
        if self.load.erlangs >= self.load.agents:
            raise ValueError(
                f"{self.load.erlangs:g} erlangs need more than {self.load.agents} agents: the queue would grow"
            )

    @cached_property
    def delay_probability(self) -> float:
        blocked = blocking(self.load.erlangs, self.load.agents)
        return blocked / (1 - self.load.erlangs / self.load.agents * (1 - blocked))

    @property
    def _drain(self) -> float:
        return self.load.capacity - self.load.arrival_rate

    @property
    def mean_wait(self) -> float:
        return self.delay_probability / self._drain

    @property
    def abandonment(self) -> float:
        return 0.0

    def wait_beyond(self, time: float) -> float:
        return self.delay_probability * math.exp(-self._drain * time)

    def service_level(self, time: float) -> float:
        return 1 - self.wait_beyond(time)


@dataclass(frozen=True)
class ErlangA:
    """M/M/n+M: a caller who waits gives up at ``abandonment_rate`` (one over the mean patience). Any load is stable."""

    load: Load
    abandonment_rate: float

    def __post_init__(self) -> None:
        if self.abandonment_rate <= 0:
            raise ValueError("a caller without end of patience is Erlang-C's")

    @cached_property
    def _all(self) -> float:
        """Logarithm of the normalising sum over all states, in the unit of the density ``g``."""
        free = 1 / blocking(self.load.erlangs, self.load.agents - 1)
        return _log_sum(math.log(free), math.log(self.load.arrival_rate) + self._log_tail(0))

    def _log_density(self, time: float) -> float:
        rate = self.abandonment_rate
        return -self.load.arrival_rate * math.expm1(-rate * time) / rate - self.load.capacity * time

    def _log_tail(self, time: float) -> float:
        """Logarithm of the integral of ``g`` from ``time`` on."""
        rate = self.abandonment_rate
        ahead = self.load.arrival_rate / rate * math.exp(-rate * time)
        return self._log_density(time) + _log_series(self.load.capacity / rate, ahead) - math.log(rate)

    def virtual_wait_beyond(self, time: float) -> float:
        """The probability that a caller of endless patience would wait longer than ``time``."""
        return math.exp(math.log(self.load.arrival_rate) + self._log_tail(time) - self._all)

    @cached_property
    def delay_probability(self) -> float:
        return self.virtual_wait_beyond(0)

    @cached_property
    def abandonment(self) -> float:
        lost = self.virtual_wait_beyond(0) - self._served_after(0)
        return max(0.0, lost)

    @property
    def mean_wait(self) -> float:
        return self.abandonment / self.abandonment_rate

    def wait_beyond(self, time: float) -> float:
        return math.exp(-self.abandonment_rate * time) * self.virtual_wait_beyond(time)

    def service_level(self, time: float) -> float:
        return 1 - self.abandonment - self._served_after(time)

    def _served_after(self, time: float) -> float:
        """Share of all callers that wait longer than ``time`` and are served: the integral of exp(-theta t) times g."""
        waiting = self.load.capacity / self.load.arrival_rate * self.virtual_wait_beyond(time)
        return waiting - math.exp(self._log_density(time) - self._all)


def blocking(erlangs: float, agents: int) -> float:
    """Erlang-B: the probability that all ``agents`` are busy when nobody waits. No agents: 1."""
    inverse = 1.0
    for number in range(1, agents + 1):
        inverse = 1 + inverse * number / erlangs
    return 1 / inverse


def expected_wait(ahead: int, agents: float, service_rate: float, abandonment_rate: float = 0.0) -> float:
    """What a caller with ``ahead`` callers before him waits on average while all ``agents`` are busy (infinite: none).

    Each service that ends, and each caller ahead who gives up, brings him one place nearer: the sum over the places.
    ``agents`` may be a fraction: agents shared with other queues count by their share.
    """
    if agents <= 0:
        return math.inf
    return sum(1 / (agents * service_rate + place * abandonment_rate) for place in range(ahead + 1))


def expected_waits(callers: int, agents: float, service_rate: float, abandonment_rate: float = 0.0) -> Sequence[float]:
    """``expected_wait`` of each of so many callers in line, the first first; O(callers)."""
    if agents <= 0:
        return [math.inf] * callers
    return list(accumulate(1 / (agents * service_rate + place * abandonment_rate) for place in range(callers)))


def agents_needed(fits: Callable[[int], bool], *, least: int = 1, most: int = 100_000) -> int:
    """The smallest number of agents for which ``fits`` holds, given that it holds for every larger one.

    Raises ValueError when ``most`` are not enough.
    """
    high = max(least, 1)
    while not fits(high):
        if high >= most:
            raise ValueError(f"{most} agents are not enough")
        least, high = high + 1, min(high * 2, most)
    while least < high:
        middle = (least + high) // 2
        if fits(middle):
            high = middle
        else:
            least = middle + 1
    return high


def _log_series(start: float, ahead: float) -> float:
    """Logarithm of ``S(start, ahead)``; terms are scaled down on the way, so that no load overflows."""
    term = total = 1 / start
    scale, place = 0.0, start
    while True:
        place += 1
        term *= ahead / place
        total += term
        if total > _LARGE:
            total, term, scale = total / _LARGE, term / _LARGE, scale + math.log(_LARGE)
        if place > ahead and term < total * _NEGLIGIBLE * (1 - ahead / place):
            return math.log(total) + scale


def _log_sum(one: float, other: float) -> float:
    high, low = max(one, other), min(one, other)
    return high + math.log1p(math.exp(low - high))
