"""One run: every subject has its turn in every round, so that a busy moment of the machine meets them all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellerline.bench.codecs import decoding_subjects
from tellerline.bench.measure import Figure, Round, figure
from tellerline.bench.report import environment, ranges, ratios
from tellerline.bench.subjects import CONCURRENCY, CONNECTIONS, Subject, peer_subjects, subjects_of
from tellerline.bench.world import running_world

FRONTS = ("connect", "grpcio")
_LIGHTER_SHARE = 10

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``requests`` per subject and round (a tenth for the peer and the codecs), after one round of ``warm_up`` requests
    that is not counted."""

    rounds: int = 25
    requests: int = 400
    warm_up: int = 800
    customers: int = 200
    fronts: Sequence[str] = FRONTS


QUICK = Plan(rounds=1, requests=20, warm_up=10, customers=10)


def run(plan: Plan, tell: Told) -> dict[str, Any]:
    """Measure and return the report. Raises ``BenchFailedError`` when one request did not end well.

    ``tell`` hears what is being done now. Blocks for minutes.
    """
    directory = Path(tempfile.mkdtemp(prefix="tellerline-bench-"))
    try:
        tell("servers")
        with running_world(directory, plan.fronts, plan.customers) as world:
            statement = world.wire.statement_reply(world.books)
            subjects = [*subjects_of(world), *map(_lighter, [*peer_subjects(world), *decoding_subjects(statement)])]
            figures = measure(subjects, plan, tell)
            missing = world.peer_missing
        return report(figures, plan, missing)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def measure(subjects: Sequence[Subject], plan: Plan, tell: Told) -> dict[str, Figure]:
    """Figures by subject."""
    rounds: dict[str, list[Round]] = {subject.name: [] for subject in subjects}
    for subject in subjects:
        tell(f"warm-up: {subject.name}")
        subject.run(plan.warm_up)
    for number in range(plan.rounds):
        for subject in subjects:
            tell(f"round {number + 1} of {plan.rounds}: {subject.name}")
            rounds[subject.name].append(subject.run(plan.requests))
    return {name: figure(its_rounds) for name, its_rounds in rounds.items()}


def report(figures: dict[str, Figure], plan: Plan, missing: str) -> dict[str, Any]:
    """The document that ``--json`` prints."""
    return {
        "ratios": ratios(figures, plan.fronts),
        "ranges": ranges(figures, plan.fronts),
        "figures": {name: measured.document() for name, measured in figures.items()},
        "peer_missing": missing,
        "load": {
            "rounds": plan.rounds,
            "requests": plan.requests,
            "concurrency": CONCURRENCY,
            "connections": CONNECTIONS,
            "customers": plan.customers,
        },
        "environment": environment(),
    }


def _lighter(subject: Subject) -> Subject:
    """Codecs need no load to be measured, and few requests show how far off the peer is: time for the others."""
    return Subject(subject.name, lambda count: subject.run(max(1, count // _LIGHTER_SHARE)))
