"""A replay of recorded calls under each policy, and its document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from tellerline.adapters.clock import SeededRandomness
from tellerline.cli.route.names import ALL, RECORDED, RULES
from tellerline.routing.simulation.centre_model import CentreModel, ModelError, from_document, to_document
from tellerline.routing.simulation.figures import SERVICE_LEVEL, Fate, Figures, figures
from tellerline.routing.simulation.replay import POLICIES, Staffing, recorded, run, setting
from tellerline.routing.staffing.record import RecordedCall

_HOURS = 24
_HOUR = 3600


@dataclass(frozen=True)
class Replay:
    """By rule (``RULES``) the fates of each run; the record is one run."""

    runs: Mapping[str, Sequence[Sequence[Fate]]]

    def kinds(self) -> list[str]:
        return sorted({fate.kind for fate in self.runs[RECORDED][0]})

    def tiers(self) -> list[int]:
        return sorted({fate.tier for fate in self.runs[RECORDED][0] if fate.tier is not None})

    def of_kind(self, rule: str, kind: str) -> Figures | None:
        return figures([[fate for fate in run if kind in (ALL, fate.kind)] for run in self.runs[rule]])

    def of_tier(self, rule: str, tier: int) -> Figures | None:
        """Only of callers who waited: of the others the record does not know the tier."""
        return figures([[fate for fate in run if fate.tier == tier and fate.waited > 0] for run in self.runs[rule]])

    def of_hour(self, rule: str, hour: int) -> Figures | None:
        """By the hour of the day, from 0, at which an agent was asked for."""
        return figures([[fate for fate in run if _hour(fate) == hour] for run in self.runs[rule]])


def _hour(fate: Fate) -> int:
    return int(fate.asked // _HOUR) % _HOURS


def replay(
    calls: Sequence[RecordedCall], model: CentreModel, staffing: Staffing, *, seed: int, replications: int
) -> Replay:
    """Each policy meets the same callers: run i has the same chance under all of them."""
    ready = setting(calls, model, staffing=staffing)
    simulated = {
        name: [run(ready, policy, SeededRandomness(f"replay/{seed}/{number}")) for number in range(replications)]
        for name, policy in POLICIES.items()
    }
    return Replay({RECORDED: [recorded(calls)], **simulated})


def document(found: Replay) -> dict[str, Any]:
    """``policies`` by rule and kind (and ``all``), ``tiers`` by rule and tier, ``errors`` of the bank's rule."""
    kinds = [ALL, *found.kinds()]
    policies = {rule: _documents((kind, found.of_kind(rule, kind)) for kind in kinds) for rule in RULES}
    return {
        "service_level_within": SERVICE_LEVEL,
        "policies": policies,
        "tiers": {rule: _documents((str(tier), found.of_tier(rule, tier)) for tier in found.tiers()) for rule in RULES},
        "errors": {kind: _errors(policies["bank"][kind], policies[RECORDED][kind]) for kind in policies[RECORDED]},
    }


def _documents(named: Iterable[tuple[str, Figures | None]]) -> dict[str, dict[str, float]]:
    return {name: _figures(each) for name, each in named if each is not None}


def _figures(each: Figures) -> dict[str, float]:
    found = {name: round(float(getattr(each, name)), 4) for name in Figures.__dataclass_fields__}
    return {**found, "abandonment": round(each.abandonment, 6)}


def _errors(simulated: Mapping[str, float], truth: Mapping[str, float]) -> dict[str, float | None]:
    """Relative errors; None where the truth is 0."""
    return {
        name: round(simulated[name] / truth[name] - 1, 4) if truth[name] else None
        for name in ("wait_mean", "abandonment", "wait_mean_queued", "service_level")
    }


class ModelFileError(Exception):
    """The model cannot be read or written; names the file."""


def read_model(path: Path) -> CentreModel:
    try:
        return from_document(orjson.loads(path.read_bytes()))
    except (OSError, orjson.JSONDecodeError, ModelError, AttributeError) as error:
        raise ModelFileError(f"{path}: {error}") from error


def write_model(path: Path, model: CentreModel) -> None:
    try:
        path.write_bytes(orjson.dumps(to_document(model), option=orjson.OPT_INDENT_2))
    except OSError as error:
        raise ModelFileError(f"{path}: {error}") from error
