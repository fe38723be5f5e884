"""What an answer means for a doubt: pure decisions, without a host or a journal."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.gateway.doubt.policy import TRANSIENT_REFUSALS, DoubtPolicy, NotFoundRule
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Done, Found, NotFound, Outcome, Rejected, Reversal


@dataclass(frozen=True, slots=True)
class Ended:
    """The host has said how the original ended."""

    outcome: Done | Rejected


@dataclass(frozen=True, slots=True)
class Undone:
    """Nothing of the original remains at the host. ``effective`` says whether there ever was anything."""

    effective: bool
    host_serial: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """Nothing learnt: the same question, later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Absent:
    """The host does not know the original, and has had all the time it may take."""

    rule: NotFoundRule


@dataclass(frozen=True, slots=True)
class Stuck:
    """Only people can decide."""

    reason: str


Step = Ended | Undone | Again | Absent | Stuck


def after_inquiry(outcome: Outcome, policy: DoubtPolicy, age: float) -> Step:
    """``age`` is the doubt's, in seconds."""
    if isinstance(outcome, Done):
        return _after_finding(outcome, policy, age)
    if isinstance(outcome, Rejected) and outcome.code not in TRANSIENT_REFUSALS:
        return Stuck(f"inquiry_rejected:{outcome.code.value}")
    return _again(outcome, policy, age)


def after_reversal(outcome: Outcome, policy: DoubtPolicy, age: float) -> Step:
    """The answer to a reversal; everything but an acknowledgement or a refusal for good means: once more."""
    if isinstance(outcome, Done):
        if isinstance(outcome.result, Reversal):
            return Undone(outcome.result.effective, outcome.host_serial)
        return Stuck("reversal_answered_otherwise")
    if isinstance(outcome, Rejected) and outcome.code not in TRANSIENT_REFUSALS:
        if outcome.code is Code.ALREADY_REVERSED:
            return Undone(True, outcome.host_serial)
        if outcome.code is Code.ORIGINAL_NOT_FOUND and policy.unknown_original_is_undone:
            return Undone(False, outcome.host_serial)
        return Stuck(f"reversal_rejected:{outcome.code.value}")
    return _again(outcome, policy, age)


def after_resend(outcome: Outcome, policy: DoubtPolicy, age: float) -> Step:
    """The answer to the same request under the same reference: the original's own, from a host that does it once."""
    if isinstance(outcome, Done):
        return Ended(outcome)
    if isinstance(outcome, Rejected) and outcome.code not in TRANSIENT_REFUSALS | {Code.DUPLICATE_AT_HOST}:
        return Ended(outcome)
    return _again(outcome, policy, age)


def after_advice(outcome: Outcome, policy: DoubtPolicy, age: float) -> Step:
    """The answer to what the host cannot refuse: a refusal for good is for people."""
    step = after_resend(outcome, policy, age)
    if isinstance(step, Ended) and isinstance(step.outcome, Rejected):
        return Stuck(f"advice_refused:{step.outcome.code.value}")
    return step


def _after_finding(outcome: Done, policy: DoubtPolicy, age: float) -> Step:
    found = outcome.result
    if isinstance(found, Found):
        return Undone(True, found.original.host_serial) if found.reversed else Ended(found.original)
    if isinstance(found, NotFound):
        if age < policy.max_processing:
            return Again("not_found_yet")
        if policy.not_found is NotFoundRule.RESEND and age >= policy.give_up_after:
            return Stuck("too_late_to_resend")
        return Absent(policy.not_found)
    return Stuck("inquiry_answered_otherwise")


def _again(outcome: Outcome, policy: DoubtPolicy, age: float) -> Step:
    if age >= policy.give_up_after:
        return Stuck("exhausted")
    if isinstance(outcome, Rejected):
        return Again(outcome.code.value.lower())
    return Again("no_answer" if isinstance(outcome, Done) else outcome.reason)
