"""What agents' recorded services tell of them: when they were there, whom they serve, when they were free.

The record of a switch knows services, neither work after a call nor breaks. An agent who takes a waiting caller was
free at that moment and not before; one who takes a caller that did not wait was free since some moment after the last
one at which somebody waited whom the agent serves. Both bound the time that the agent needed after the service before.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from tellerline.routing.staffing.record import RecordedCall
from tellerline.routing.staffing.survival import Between

_LEAST_SERVICES = 2
_RING = 2.0
"""Seconds from an agent's being free to the recorded begin of the next service."""


class Duty(NamedTuple):
    """The agent is there from ``begin`` to ``end``; an agent's duties do not overlap."""

    agent: str
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Gap:
    """After a service the agent was not free for ``bounds``; at its end ``waiting`` callers waited."""

    agent: str
    bounds: Between
    waiting: int


def duties(calls: Iterable[RecordedCall], away_after: float) -> list[Duty]:
    """When each agent was there: services less than ``away_after`` seconds apart belong to one duty."""
    found = []
    for agent, services in _by_agent(calls).items():
        begin, end = services[0].begin, services[0].end
        for call in services[1:]:
            if call.begin - end >= away_after:
                found.append(Duty(agent, begin, end))
                begin, end = call.begin, call.end
            end = max(end, call.end)
        found.append(Duty(agent, begin, end))
    return found


def kinds_served(calls: Iterable[RecordedCall]) -> dict[str, frozenset[str]]:
    """Of each agent the services given; a single one may have been a favour, unless there is no other."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for call in calls:
        if call.served and call.agent is not None:
            counts[call.agent][call.kind] += 1
    return {
        agent: frozenset(kind for kind, many in done.items() if many >= min(_LEAST_SERVICES, max(done.values())))
        for agent, done in sorted(counts.items())
    }


def gaps(calls: Sequence[RecordedCall], away_after: float) -> list[Gap]:
    """The gaps that were, or may have been, work after a call of less than ``away_after`` seconds."""
    lines = {kind: _Line(each) for kind, each in _queued_by_kind(calls).items()}
    everybody = _Line([call for call in calls if call.queued])
    kinds = kinds_served(calls)
    return [
        Gap(agent, Between(bounds.low, min(bounds.high, away_after)), everybody.waiting(before.end))
        for agent, services in _by_agent(calls).items()
        for before, call in pairwise(services)
        if (bounds := _bounds(before, call, [lines[kind] for kind in kinds[agent] if kind in lines])) is not None
        and bounds.low < away_after
    ]


def _bounds(before: RecordedCall, call: RecordedCall, lines: Iterable[_Line]) -> Between | None:
    high = call.begin - before.end
    if high < 0:
        return None
    if call.waited > 0:
        return Between(high, high)
    seen = max((line.last_wait(call.begin - _RING) for line in lines), default=before.end)
    return Between(min(high, max(0.0, seen - before.end)), high)


class _Line:
    """Who waited when, of one kind or of all."""

    def __init__(self, queued: Iterable[RecordedCall]) -> None:
        ordered = sorted(queued, key=lambda call: call.asked)
        self._begins = [call.asked for call in ordered]
        self._latest = list(accumulate((call.asked + call.waited for call in ordered), max))
        self._ends = sorted(call.asked + call.waited for call in ordered)

    def last_wait(self, until: float) -> float:
        """The last moment up to ``until`` at which somebody waited."""
        place = bisect_left(self._begins, until)
        return min(until, self._latest[place - 1]) if place else float("-inf")

    def waiting(self, at: float) -> int:
        return bisect_right(self._begins, at) - bisect_right(self._ends, at)


def _queued_by_kind(calls: Iterable[RecordedCall]) -> Mapping[str, list[RecordedCall]]:
    found: defaultdict[str, list[RecordedCall]] = defaultdict(list)
    for call in calls:
        if call.queued:
            found[call.kind].append(call)
    return found


def _by_agent(calls: Iterable[RecordedCall]) -> dict[str, list[RecordedCall]]:
    """Each agent's services by time; what nobody is named for is left out."""
    found: defaultdict[str, list[RecordedCall]] = defaultdict(list)
    for call in calls:
        if call.served and call.agent is not None:
            found[call.agent].append(call)
    return {agent: sorted(found[agent], key=lambda call: (call.begin, call.end)) for agent in sorted(found)}
