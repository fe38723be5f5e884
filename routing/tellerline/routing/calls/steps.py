"""How a call moves through the steps of its queue: by its age, and past whom nobody is staffed for."""

from __future__ import annotations

from tellerline.routing.calls.decisions import CallbackDue, Decision, StepChanged, StepSkipped, VoicemailDue
from tellerline.routing.calls.model import Step, StepKind
from tellerline.routing.calls.state import Waiter


def begin(waiter: Waiter) -> None:
    """Set the call on its first step; a dedicated step is none for a customer without an agent of their own."""
    steps = waiter.queue.steps
    while waiter.route[waiter.step] is None and waiter.step + 1 < len(steps):
        waiter.step += 1
    _reach(waiter)


def resume(waiter: Waiter, step: int) -> None:
    """Set the call on ``step``, having reached all before it."""
    begin(waiter)
    while waiter.step < step:
        waiter.step += 1
        _reach(waiter)


def advance(waiter: Waiter, at: float, out: list[Decision]) -> None:
    """Move the call on as far as its age at ``at`` and who is staffed say; each move is a decision in ``out``."""
    steps = waiter.queue.steps
    while waiter.step + 1 < len(steps):
        step = steps[waiter.step]
        line = waiter.route[waiter.step]
        deserted = step.kind.reaches_agents if line is None else not line.staffed
        if not deserted and (step.until is None or at < waiter.entered + step.until):
            return
        following = steps[waiter.step + 1]
        if waiter.callback and not following.kind.reaches_agents:
            return
        if deserted:
            out.append(StepSkipped(at, waiter.id, waiter.step, step.kind, step.group))
        waiter.step += 1
        _reach(waiter)
        out.append(_change(waiter, following, at))


def due(waiter: Waiter) -> float | None:
    """When to look at a waiting call again though nothing happens: its next step, or an agent no longer excluded."""
    following = next_step_at(waiter)
    if not waiter.refused:
        return following
    readmitted = min(waiter.refused.values())
    return readmitted if following is None else min(readmitted, following)


def next_step_at(waiter: Waiter) -> float | None:
    """The instant at which the call's age moves it on; None: never, or it is already past its steps."""
    steps = waiter.queue.steps
    until = steps[waiter.step].until
    if until is None or waiter.step + 1 == len(steps):
        return None
    if waiter.callback and not steps[waiter.step + 1].kind.reaches_agents:
        return None
    return waiter.entered + until


def _reach(waiter: Waiter) -> None:
    line = waiter.route[waiter.step]
    if line is not None:
        waiter.lines.append(line)


def _change(waiter: Waiter, step: Step, at: float) -> Decision:
    if step.kind is StepKind.CALLBACK:
        return CallbackDue(at, waiter.id)
    if step.kind is StepKind.VOICEMAIL:
        return VoicemailDue(at, waiter.id)
    return StepChanged(at, waiter.id, waiter.step, step.kind, step.group)
