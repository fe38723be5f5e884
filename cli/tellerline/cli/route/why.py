"""Why a recorded call was served by whom, and why it waited so long, in one replay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tellerline.adapters.clock import SeededRandomness
from tellerline.cli.route.names import KINDS, TIERS
from tellerline.routing.calls.decisions import Decision, Queued
from tellerline.routing.calls.model import RoutingPlan
from tellerline.routing.calls.policies import Policy
from tellerline.routing.calls.router import Router
from tellerline.routing.calls.why import duration, tell, why_still_waiting
from tellerline.routing.simulation.centre_model import CentreModel
from tellerline.routing.simulation.replay import Setting, Staffing, run, setting
from tellerline.routing.staffing.record import RecordedCall


class UnknownCallError(Exception):
    """No call has this id."""


@dataclass(frozen=True)
class Said:
    """One sentence, and when it was true: seconds as in the record."""

    at: float
    sentence: str


@dataclass
class _Witness:
    """Follows one call through a replay: its decisions, and how it stands whenever another number is ahead of it."""

    call: str
    plan: RoutingPlan
    language: str
    said: list[Said] = field(default_factory=list)
    ahead: int | None = None
    waits: bool = False

    def observe(self, router: Router, at: float, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            if decision.call == self.call:
                self.said.append(Said(decision.at, tell(decision, self.plan, self.language)))
                self.waits = isinstance(decision, Queued)
        standing = router.standing(self.call, at) if self.waits else None
        if standing is not None and standing.ahead != self.ahead:
            self.ahead = standing.ahead
            self.said.append(Said(at, why_still_waiting(standing, self.plan, self.language)))


def find(calls: Sequence[RecordedCall], wanted: str) -> list[RecordedCall]:
    """By its whole id (line and number), or all that have this number: lines count for themselves."""
    found = [call for call in calls if wanted in (call.id, call.id.rpartition("-")[2])]
    if not found:
        raise UnknownCallError(f"{wanted}: no such call")
    return found


def titled(calls: Sequence[RecordedCall], model: CentreModel, staffing: Staffing) -> Setting:
    """A setting whose services and tiers have the names that people know."""
    return setting(calls, model, staffing=staffing, titles={**KINDS, **TIERS})


def explain(ready: Setting, call: RecordedCall, policy: Policy, seed: int, language: str) -> list[Said]:
    """What routing says of ``call`` in the first replay of ``seed`` under ``policy``, in order of time."""
    witness = _Witness(call.id, ready.plan, language)
    run(ready, policy, SeededRandomness(f"replay/{seed}/0"), witness.observe)
    return witness.said


def on_record(call: RecordedCall, language: str) -> str:
    """What the record itself says became of the call."""
    waited, chinese = duration(call.waited, language), language.startswith("zh")
    if call.lost_before_queue:
        en, zh = "hung up before any queue: no routing could have changed it", "未进入排队即挂机，与路由无关"
    elif call.served:
        agent = call.agent or ("未记录姓名的座席" if chinese else "an agent whose name is not on record")
        en, zh = f"waited {waited}, then served by {agent}", f"等待 {waited}后由 {agent} 接听"
    else:
        en, zh = f"gave up after {waited}", f"等待 {waited}后放弃"
    return zh if chinese else en


def clock(at: float) -> str:
    """The bank's own wall clock."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def document(call: RecordedCall, said: Sequence[Said], language: str) -> dict[str, Any]:
    return {
        "call": call.id,
        "asked": clock(call.asked),
        "recorded": on_record(call, language),
        "said": [{"at": clock(each.at), "sentence": each.sentence} for each in said],
    }
