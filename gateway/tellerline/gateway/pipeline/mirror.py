"""Shadow traffic: a copy of an enquiry to another version of its host, its answer compared and thrown away."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log, Metrics, mask_text
from tellerline.gateway.hosts.gate import HostGate
from tellerline.gateway.journal.codec import outcome_json
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.pipeline.admitted import Admitted
from tellerline.gateway.pipeline.wall import on_the_wall
from tellerline.routing.model.command import HostCall
from tellerline.routing.model.outcome import Done, Rejected
from tellerline.routing.transactions.rules import ShadowRule

_AT_ONCE = 64
_KEPT = 200
_COPY = "S"
_ABSENT = "–"


class Mirrored(StrEnum):
    """What came of one copy."""

    SAME = "same"
    DIFFERENT = "different"
    UNANSWERED = "unanswered"
    DROPPED = "dropped"
    """Not sent: too many were under way already, or the shadow had no place. Nobody waits for a shadow."""


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """``field`` is a path such as ``result.balance.minor``; both values are masked, ``–`` where there is none."""

    field: str
    answered: str
    shadowed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDifference:
    """One enquiry that two versions answered differently."""

    at: datetime
    rule: str
    operation: str
    global_serial: str
    host: str
    shadow_host: str
    fields: tuple[FieldDifference, ...]


@dataclass(slots=True, kw_only=True)
class Mirror:
    """Copies enquiries, never anything else, off their callers' way: ``_AT_ONCE`` at most, the rest is dropped.

    Keeps the newest ``_KEPT`` differences of this process, and counts since its start.
    """

    gates: Mapping[str, HostGate]
    limits: LimitRules
    clock: Clock
    metrics: Metrics
    log: Log
    counts: Counter[tuple[str, Mirrored]] = field(default_factory=Counter)
    _differences: deque[AnswerDifference] = field(default_factory=lambda: deque(maxlen=_KEPT))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def offer(self, admitted: Admitted, outcome: Done | Rejected) -> None:
        """Copy an enquiry that was answered with ``outcome`` to the shadows that take it. Returns at once."""
        request = admitted.request
        for rule in admitted.plan.shadows_of(request.command.account_number, request.branch):
            if rule.host == admitted.plan.gate.name:
                continue
            if len(self._tasks) >= _AT_ONCE:
                self._count(rule, Mirrored.DROPPED)
                continue
            task = asyncio.get_running_loop().create_task(self._compare(rule, admitted, outcome))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def differences(self) -> Sequence[AnswerDifference]:
        """Newest first."""
        return list(reversed(self._differences))

    async def close(self) -> None:
        """Drop what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _compare(self, rule: ShadowRule, admitted: Admitted, outcome: Done | Rejected) -> None:
        gate, command = self.gates[rule.host], admitted.request.command
        deadline = self.clock.monotonic() + gate.policy.timeout_of(command.operation)
        if await gate.enter(deadline, command.operation) is not None:
            self._count(rule, Mirrored.DROPPED)
            return
        shadow = (await gate.exchange(command, self._call(admitted), deadline)).outcome
        if not isinstance(shadow, Done | Rejected):
            self._count(rule, Mirrored.UNANSWERED)
            return
        fields = compare(rule, outcome, shadow)
        self._count(rule, Mirrored.DIFFERENT if fields else Mirrored.SAME)
        if fields:
            self._report(rule, admitted, fields)

    def _call(self, admitted: Admitted) -> HostCall:
        """Under a reference of its own: two versions of a host may share their books."""
        return HostCall(
            reference=admitted.serial + _COPY,
            channel=admitted.request.channel,
            accepted_at=on_the_wall(admitted.accepted_at, self.limits.zone),
            branch=admitted.request.branch,
            operator=admitted.request.agent,
        )

    def _report(self, rule: ShadowRule, admitted: Admitted, fields: tuple[FieldDifference, ...]) -> None:
        difference = AnswerDifference(
            at=self.clock.now(),
            rule=rule.name,
            operation=admitted.plan.operation,
            global_serial=admitted.serial,
            host=admitted.plan.gate.name,
            shadow_host=rule.host,
            fields=fields,
        )
        self._differences.append(difference)
        self.log.warning(
            "shadow_differs",
            rule=rule.name,
            operation=difference.operation,
            serial=difference.global_serial,
            host=difference.host,
            shadow_host=rule.host,
            fields=[each.field for each in fields],
        )

    def _count(self, rule: ShadowRule, result: Mirrored) -> None:
        self.counts[rule.name, result] += 1
        self.metrics.shadows(rule.name, rule.host, result).inc()


def compare(rule: ShadowRule, answered: Done | Rejected, shadowed: Done | Rejected) -> tuple[FieldDifference, ...]:
    """The fields that differ and are not volatile, by their paths."""
    ours, theirs = _leaves(orjson.loads(outcome_json(answered))), _leaves(orjson.loads(outcome_json(shadowed)))
    return tuple(
        FieldDifference(path, mask_text(str(ours.get(path, _ABSENT))), mask_text(str(theirs.get(path, _ABSENT))))
        for path in dict.fromkeys([*ours, *theirs])
        if ours.get(path, _ABSENT) != theirs.get(path, _ABSENT) and not rule.ignores(path)
    )


def _leaves(tree: Any, path: str = "") -> dict[str, Any]:
    if isinstance(tree, dict):
        parts = [(f"{path}.{name}" if path else name, value) for name, value in tree.items()]
    elif isinstance(tree, list):
        parts = [(f"{path}[{place}]", value) for place, value in enumerate(tree)]
    else:
        return {path: tree}
    leaves: dict[str, Any] = {}
    for name, value in parts:
        leaves |= _leaves(value, name)
    return leaves
