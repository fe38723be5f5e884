"""Which credit a centre really gives: read from whom its agents took while callers of two tiers waited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tellerline.routing.staffing.record import RecordedCall

_LEAST_CHOICES = 30
_TAKEN = 2.0
"""A caller leaves the queue so many seconds before, or with, the one who was taken instead."""


def credits(calls: Iterable[RecordedCall], standard: int, kinds: Mapping[str, frozenset[str]]) -> dict[int, float]:
    """Of each tier the credit in seconds over tier ``standard`` that agrees with the most choices of the agents.

    A choice is an agent's taking the longest waiting caller of a tier while one of the standard tier waited too, or the
    other way round; only agents count who serve both (``kinds`` by agent). A tier of few choices is left out.
    """
    choices = _choices(sorted((call for call in calls if call.queued), key=lambda call: call.asked), standard, kinds)
    return {standard: 0.0} | {tier: _best(seen) for tier, seen in choices.items() if len(seen) >= _LEAST_CHOICES}


def _choices(
    queued: Sequence[RecordedCall], standard: int, kinds: Mapping[str, frozenset[str]]
) -> dict[int, list[tuple[float, bool]]]:
    """By tier: how much longer its caller had waited than the standard one, and whether he was taken."""
    found: dict[int, list[tuple[float, bool]]] = {}
    exits = sorted((call for call in queued if call.served), key=lambda call: call.asked + call.waited)
    present: list[RecordedCall] = []
    place = 0
    for taken in exits:
        at = taken.asked + taken.waited
        while place < len(queued) and queued[place].asked < at:
            present.append(queued[place])
            place += 1
        present = [call for call in present if call.asked + call.waited >= at]
        served = kinds.get(taken.agent or "", frozenset())
        longest: dict[int, RecordedCall] = {}
        for call in present:
            stays = call is taken or call.asked + call.waited > at + _TAKEN
            if stays and call.tier is not None and call.kind in served:
                longest.setdefault(call.tier, call)
        if taken.tier is None or longest.get(taken.tier) is not taken or standard not in longest:
            continue
        for tier, call in longest.items():
            if tier != standard and taken.tier in (tier, standard):
                found.setdefault(tier, []).append((longest[standard].asked - call.asked, taken is call))
    return found


def _best(seen: Iterable[tuple[float, bool]]) -> float:
    """The credit under which the fewest choices were wrong; the middle of the best stretch."""
    ordered = sorted(seen)
    wrong = fewest = sum(1 for _, taken in ordered if not taken)
    best = (ordered[0][0], ordered[0][0])
    for number, (longer, taken) in enumerate(ordered):
        wrong += 1 if taken else -1
        if wrong < fewest:
            fewest = wrong
            following = ordered[number + 1][0] if number + 1 < len(ordered) else longer
            best = (longer, following)
    return -(best[0] + best[1]) / 2
