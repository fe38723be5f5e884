"""Who looks after a box of messages."""

from __future__ import annotations

from tellerline.routing.calls.model import AgentProfile, Queue, RoutingPlan, StepKind

_BY_SKILL = frozenset({StepKind.EXACT, StepKind.LOWER})


def looks_after(plan: RoutingPlan, box: str, profile: AgentProfile) -> bool:
    """Whether one of the queue's steps reaches the agent; of a box that is no queue's, anybody does, lest nobody do."""
    queue = plan.queues.get(box)
    return queue is None or _may_serve(queue, profile)


def _may_serve(queue: Queue, profile: AgentProfile) -> bool:
    if not queue.licences <= profile.licences or profile.clearance < queue.clearance:
        return False
    levels = [profile.skills.get(skill, 0) for skill in queue.skills]
    return any(
        (step.kind in _BY_SKILL and all(level >= step.proficiency for level in levels))
        or (step.kind is StepKind.OVERFLOW and step.group in profile.groups)
        for step in queue.steps
    )
