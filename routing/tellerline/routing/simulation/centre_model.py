"""What a fit of recorded calls says of those who call and those who serve: everything that a record leaves open.

As a document it is plain data (``to_document``, ``from_document``), which names no caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tellerline.routing.staffing.survival import Histogram, Survival

VERSION = 1
ANYBODY = "*"
"""The kind, or the tier, of all callers together, for those of whom too little was seen."""


class ModelError(ValueError):
    """The document is no model of this version."""


_GROUPS = {False: "others", True: "often_away"}


@dataclass(frozen=True, kw_only=True)
class CentreModel:
    """A fitted centre; durations in seconds.

    ``patience`` by kind and tier, with ``ANYBODY`` as the last resort; ``services`` by kind, evenly spaced quantiles;
    ``tiers`` by kind, the share of each tier among the callers; ``credits`` by tier. An agent is away after a gap of
    ``away_after``; what is shorter is ``after_service``, one histogram for each of the classes of callers waiting that
    begin at ``crowds``. A shift ends with a gap of ``shift_ends_after``; all that is shorter is ``breaks``, told apart
    by whether the agent is one of those ``often_away``. ``exponential_patience`` is the mean by kind, for formulas.
    """

    patience: Mapping[tuple[str, str], Survival]
    exponential_patience: Mapping[str, float]
    services: Mapping[str, tuple[float, ...]]
    tiers: Mapping[str, Mapping[int, float]]
    credits: Mapping[int, float]
    away_after: float
    crowds: tuple[int, ...]
    after_service: tuple[Histogram, ...]
    shift_ends_after: float
    often_away: frozenset[str]
    breaks: Mapping[bool, tuple[Histogram, ...]]

    def patience_of(self, kind: str, tier: int) -> Survival:
        for key in ((kind, str(tier)), (kind, ANYBODY), (ANYBODY, str(tier))):
            if key in self.patience:
                return self.patience[key]
        return self.patience[ANYBODY, ANYBODY]

    def services_of(self, kind: str) -> tuple[float, ...]:
        return self.services.get(kind, self.services[ANYBODY])

    def tiers_of(self, kind: str) -> Mapping[int, float]:
        return self.tiers.get(kind, self.tiers[ANYBODY])

    def after_service_of(self, waiting: int) -> Histogram:
        return self.after_service[self._crowd(waiting)]

    def breaks_of(self, agent: str, waiting: int) -> Histogram:
        """Work after a service and breaks together: how long ``agent`` is not free."""
        return self.breaks[agent in self.often_away][self._crowd(waiting)]

    def _crowd(self, waiting: int) -> int:
        return max(0, sum(1 for least in self.crowds if least <= waiting) - 1)


def to_document(model: CentreModel) -> dict[str, Any]:
    return {
        "version": VERSION,
        "patience": [
            {
                "kind": kind,
                "tier": tier,
                "times": survival.times,
                "shares": survival.shares,
                "tail_mean": _finite(survival.tail_mean),
            }
            for (kind, tier), survival in sorted(model.patience.items())
        ],
        "exponential_patience": {kind: _finite(mean) for kind, mean in sorted(model.exponential_patience.items())},
        "services": dict(sorted(model.services.items())),
        "tiers": {kind: {str(tier): share for tier, share in found.items()} for kind, found in model.tiers.items()},
        "credits": {str(tier): credit for tier, credit in sorted(model.credits.items())},
        "away_after": model.away_after,
        "crowds": model.crowds,
        "after_service": _histograms(model.after_service),
        "shift_ends_after": model.shift_ends_after,
        "often_away": sorted(model.often_away),
        "breaks": {_GROUPS[often]: _histograms(found) for often, found in model.breaks.items()},
    }


def from_document(document: Mapping[str, Any]) -> CentreModel:
    """Raises ``ModelError`` for a document that ``to_document`` cannot have made."""
    if document.get("version") != VERSION:
        raise ModelError(f"version {document.get('version')!r} is not {VERSION}")
    try:
        model = _read(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"not a fitted model: {error!r}") from error
    _check(model)
    return model


def _read(document: Mapping[str, Any]) -> CentreModel:
    return CentreModel(
        patience={
            (each["kind"], each["tier"]): Survival(
                tuple(each["times"]), tuple(each["shares"]), _unbounded(each["tail_mean"])
            )
            for each in document["patience"]
        },
        exponential_patience={kind: _unbounded(mean) for kind, mean in document["exponential_patience"].items()},
        services={kind: tuple(quantiles) for kind, quantiles in document["services"].items()},
        tiers={
            kind: {int(tier): float(share) for tier, share in shares.items()}
            for kind, shares in document["tiers"].items()
        },
        credits={int(tier): float(credit) for tier, credit in document["credits"].items()},
        away_after=float(document["away_after"]),
        crowds=tuple(document["crowds"]),
        after_service=_read_histograms(document["after_service"]),
        shift_ends_after=float(document["shift_ends_after"]),
        often_away=frozenset(document["often_away"]),
        breaks={often: _read_histograms(document["breaks"][group]) for often, group in _GROUPS.items()},
    )


def _check(model: CentreModel) -> None:
    if (ANYBODY, ANYBODY) not in model.patience or ANYBODY not in model.services or ANYBODY not in model.tiers:
        raise ModelError("nothing is said of callers of any other kind")
    by_crowd = (model.after_service, *model.breaks.values())
    if not model.crowds or any(len(model.crowds) != len(found) for found in by_crowd):
        raise ModelError("there is not one histogram for each class of callers waiting")
    histograms = [each for found in by_crowd for each in found]
    if any(len(each.edges) != len(each.shares) + 1 or not each.shares for each in histograms):
        raise ModelError("a histogram needs one edge more than shares")
    if any(len(quantiles) < 2 for quantiles in model.services.values()):
        raise ModelError("two quantiles of the services are the least")
    if any(len(each.times) != len(each.shares) for each in model.patience.values()):
        raise ModelError("each time of the patience needs its share")
    if any(low >= high for each in histograms for low, high in pairwise(each.edges)):
        raise ModelError("edges of a histogram ascend")


def _histograms(found: Iterable[Histogram]) -> list[dict[str, Any]]:
    return [{"edges": each.edges, "shares": each.shares} for each in found]


def _read_histograms(found: Iterable[Mapping[str, Any]]) -> tuple[Histogram, ...]:
    return tuple(Histogram(tuple(each["edges"]), tuple(each["shares"])) for each in found)


def _finite(value: float) -> float | None:
    return None if value == float("inf") else value


def _unbounded(value: float | None) -> float:
    return float("inf") if value is None else float(value)
