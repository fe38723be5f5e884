"""Bad weather for a replay: every kind of fault, at random, at both hosts, the same dice for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.faults import FaultEngine, FaultKind, FaultRule

SPEED = 20.0
"""How much faster the clock runs, so that timeouts and doubts pass quickly; the hosts' and gateway's own terms hold."""

_BUSY = "9001"
_SECONDS = {
    FaultKind.DELAY: 4.0,
    FaultKind.LATE_REPLY: 15.0,
    FaultKind.REORDER: 1.0,
    FaultKind.CRASH_AFTER_COMMIT: 1.0,
}
_WEATHER = (
    ("core", frozenset({"Transfer"}), 0.006, "9999"),
    ("core", frozenset({"InquireTransaction", "ReverseTransaction"}), 0.01, _BUSY),
    ("core", frozenset({"VerifyPin", "GetBalance", "ListStatementEntries"}), 0.0005, _BUSY),
    ("credit", frozenset({"GetLoan"}), 0.01, _BUSY),
)
"""Host, operations, probability of each kind for each request, and what a refusal says. An inquiry or a reversal is
refused for the moment only: one that is refused for good is a case for people, not for a replay."""


def bring_up(bank: SimulatedBank, seed: int) -> None:
    """From now on, until ``clear_faults``."""
    for host, rule in _rules(seed):
        bank.add_fault(rule, host=host)


def struck(bank: SimulatedBank) -> dict[str, dict[str, int]]:
    """How often, by host and kind; kinds that never struck are there with 0."""
    engines: dict[str, FaultEngine] = {"core": bank.core.faults, "credit": bank.credit.faults}
    return {name: {kind.value: engine.injected[kind] for kind in FaultKind} for name, engine in engines.items()}


def _rules(seed: int) -> Iterator[tuple[str, FaultRule]]:
    numbers = count()
    for host, operations, probability, code in _WEATHER:
        for kind in FaultKind:
            rule = FaultRule(
                kind=kind,
                operations=operations,
                probability=probability,
                seed=seed * 1_000 + next(numbers),
                seconds=_SECONDS.get(kind),
                code=code,
            )
            yield host, rule
