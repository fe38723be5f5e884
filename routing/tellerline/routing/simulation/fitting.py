"""From recorded calls to a ``CentreModel``."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from tellerline.routing.simulation.centre_model import ANYBODY, CentreModel
from tellerline.routing.staffing.activity import Gap, gaps, kinds_served
from tellerline.routing.staffing.credit import credits
from tellerline.routing.staffing.record import RecordedCall
from tellerline.routing.staffing.survival import Histogram, Survival, Waited, kaplan_meier, mean_patience, turnbull

AWAY_AFTER = 60.0
"""A gap of a minute between two services: the agent was away, or nobody called. What is shorter is work."""

STANDARD_TIER = 1
"""The tier whose callers have no credit: the bank's regular customers."""

SHIFT_ENDS_AFTER = 1800.0
"""A gap of half an hour: the shift was over, or interrupted. What is shorter is a break, or nobody called."""

CROWDS = (0, 1, 3)
"""Agents hurry when callers wait: work after a service is told apart by none, one or two, and more of them."""

_EDGES = (0, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 35, 40, 50, 60)
_LONG_EDGES = (*_EDGES, 75, 90, 120, 150, 180, 240, 300, 360, 480, 600, 750, 900, 1200, 1500, 1800)
_PROVING = (1, 1, 3)
"""Where nobody waits, a gap seldom proves anything but a long absence: agents whom nobody needs are taken to be away
as often as with one or two callers waiting."""

_BREAK = 120.0
_OFTEN = 2.0
"""Times the average: who is away more often, after services that callers were waiting for, has other work beside."""

_QUANTILES = 200
_SHRINK = 10
_LEAST_GIVEN_UP = 30
_LEAST_GAPS = 30


class TooFewCallsError(ValueError):
    """The record holds too little to be fitted."""


def fit(calls: Sequence[RecordedCall]) -> CentreModel:
    """The model of ``calls``; raises ``TooFewCallsError`` where nobody waited, was served or gave up."""
    queued = [call for call in calls if call.queued]
    if not any(not call.served for call in queued):
        raise TooFewCallsError("nobody gave up waiting: patience cannot be told")
    seen = gaps(calls, AWAY_AFTER)
    if not seen:
        raise TooFewCallsError("no agent served twice within a minute: work after a call cannot be told")
    long = gaps(calls, SHIFT_ENDS_AFTER)
    often = _often_away(long)
    return CentreModel(
        patience=_patience(queued),
        exponential_patience={kind: mean_patience(_waits(each)) for kind, each in _by_kind(queued).items()},
        services=_services(calls),
        tiers=_tiers(queued),
        credits=credits(calls, STANDARD_TIER, kinds_served(calls)),
        away_after=AWAY_AFTER,
        crowds=CROWDS,
        after_service=_by_crowd(seen, CROWDS, _EDGES),
        shift_ends_after=SHIFT_ENDS_AFTER,
        often_away=often,
        breaks={which: _by_crowd(_of(long, often, which), _PROVING, _LONG_EDGES) for which in (False, True)},
    )


def _by_kind(calls: Iterable[RecordedCall]) -> dict[str, list[RecordedCall]]:
    """Of each kind, and of all together as ``ANYBODY``."""
    found: defaultdict[str, list[RecordedCall]] = defaultdict(list)
    for call in calls:
        found[call.kind].append(call)
        found[ANYBODY].append(call)
    return dict(found)


def _waits(queued: Iterable[RecordedCall]) -> list[Waited]:
    return [Waited(call.waited, not call.served) for call in queued]


def _patience(queued: Iterable[RecordedCall]) -> dict[tuple[str, str], Survival]:
    """Of each kind and tier of which enough gave up to tell, and of all."""
    found = {}
    for kind, calls in _by_kind(queued).items():
        tiers = sorted({call.tier for call in calls if call.tier is not None})
        for tier in (ANYBODY, *map(str, tiers)):
            waits = _waits(call for call in calls if tier in (ANYBODY, str(call.tier)))
            if sum(wait.gave_up for wait in waits) >= _LEAST_GIVEN_UP or (kind, tier) == (ANYBODY, ANYBODY):
                found[kind, tier] = kaplan_meier(waits)
    return found


def _services(calls: Iterable[RecordedCall]) -> dict[str, tuple[float, ...]]:
    return {
        kind: _quantiles([call.service for call in each])
        for kind, each in _by_kind(call for call in calls if call.served).items()
    }


def _quantiles(values: Iterable[float]) -> tuple[float, ...]:
    ordered = sorted(values)
    return tuple(ordered[round(place * (len(ordered) - 1) / _QUANTILES)] for place in range(_QUANTILES + 1))


def _tiers(queued: Iterable[RecordedCall]) -> dict[str, dict[int, float]]:
    """Only those who waited have a tier on record; the others are taken to be like them."""
    shares = {}
    for kind, calls in _by_kind(queued).items():
        known = Counter(call.tier for call in calls if call.tier is not None)
        if known:
            shares[kind] = {tier: many / known.total() for tier, many in sorted(known.items())}
    return shares


def _by_crowd(seen: Sequence[Gap], crowds: Sequence[int], edges: Sequence[float]) -> tuple[Histogram, ...]:
    """One histogram for each of ``crowds``; a class of which too little was seen takes that of all."""
    found = []
    for least in crowds:
        most = min((crowd for crowd in crowds if crowd > least), default=math.inf)
        bounds = [gap.bounds for gap in seen if least <= gap.waiting < most]
        found.append(turnbull(bounds if len(bounds) >= _LEAST_GAPS else [gap.bounds for gap in seen], edges))
    return tuple(found)


def _often_away(seen: Iterable[Gap]) -> frozenset[str]:
    told: defaultdict[str, list[bool]] = defaultdict(list)
    for gap in seen:
        if gap.waiting and (gap.bounds.low >= _BREAK or gap.bounds.high < _BREAK):
            told[gap.agent].append(gap.bounds.low >= _BREAK)
    all_told = [away for aways in told.values() for away in aways]
    if not all_told:
        return frozenset()
    share = sum(all_told) / len(all_told)
    return frozenset(agent for agent, aways in told.items() if _shrunk(aways, share) > _OFTEN * share)


def _shrunk(aways: Sequence[bool], share: float) -> float:
    """The agent's own share, drawn towards that of all where few gaps are known."""
    return (sum(aways) + _SHRINK * share) / (len(aways) + _SHRINK)


def _of(seen: Sequence[Gap], often: frozenset[str], which: bool) -> Sequence[Gap]:
    """The gaps of those often away, or of the others; of all, where there are too few of them."""
    found = [gap for gap in seen if (gap.agent in often) is which]
    return found if len(found) >= _LEAST_GAPS else seen
