"""How long a caller will wait: what is announced, from what the queues have lately been like, and how wrong it was.

The estimate is Erlang-A's (``routing.staffing.erlang.expected_wait``) with the queue's recent handling time and loss of
patience. Agents who serve several queues count for each by its share of their recent load. Durations are seconds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tellerline.routing.calls.model import AgentProfile, Queue, RoutingPlan, StepKind
from tellerline.routing.staffing.erlang import expected_wait

_MEMORY = 200


class ExpectedWaits:
    """Recent figures of every queue. The last few hundred calls of a queue make them; older ones fade.

    Nothing is expected of a queue that no call was handled for yet, unless ``handling`` says how long one takes.
    """

    def __init__(self, plan: RoutingPlan, handling: float | None = None) -> None:
        self._plan = plan
        self._queues = {queue: _Recent(handling) for queue in plan.queues}
        self._agents: dict[str, frozenset[str]] = {}
        self._alike: Counter[frozenset[str]] = Counter()
        self._entered = dict.fromkeys(plan.queues, 0.0)
        self._entered_in_all = 0.0

    def staffed(self, profile: AgentProfile) -> None:
        """The agent is on duty; repeated, the profile is taken anew."""
        self.unstaffed(profile.id)
        served = queues_served(self._plan, profile)
        self._agents[profile.id] = served
        self._alike[served] += 1

    def unstaffed(self, agent: str) -> None:
        served = self._agents.pop(agent, None)
        if served is not None:
            self._alike[served] -= 1
            if not self._alike[served]:
                del self._alike[served]

    def entered(self, queue: str) -> None:
        self._entered[queue] += 1
        self._entered_in_all += 1
        if self._entered_in_all > _MEMORY * len(self._entered):
            self._entered = {name: count / 2 for name, count in self._entered.items()}
            self._entered_in_all /= 2

    def answered(self, queue: str, waited: float) -> None:
        self._queues[queue].waited(waited, gave_up=False)

    def abandoned(self, queue: str, waited: float) -> None:
        self._queues[queue].waited(waited, gave_up=True)

    def handled(self, queue: str, seconds: float) -> None:
        """A call of the queue has kept an agent for so long, work after it included."""
        self._queues[queue].handled(seconds)

    def agents(self, queue: str) -> float:
        """Agents on duty for the queue, each counted by the queue's share of what the agent serves."""
        return sum(
            count * self._load(queue) / sum(self._load(each) for each in served)
            for served, count in self._alike.items()
            if queue in served
        )

    def estimate(self, queue: str, ahead: int) -> float | None:
        """What a caller with ``ahead`` callers before (by score) will wait; None: nothing is known, or nobody there."""
        recent = self._queues[queue]
        if recent.handling is None or not recent.handling:
            return None
        wait = expected_wait(ahead, self.agents(queue), 1 / recent.handling, recent.abandonment_rate)
        return wait if math.isfinite(wait) else None

    def _load(self, queue: str) -> float:
        """Recent work of the queue; one call more than were seen, so that a new queue has some."""
        return (self._entered[queue] + 1) * (self._queues[queue].handling or 1)


class _Recent:
    """Fading means of one queue."""

    def __init__(self, handling: float | None) -> None:
        self.handling = handling
        self._handled = 0
        self._gave_up = 0.0
        self._exposed = 0.0

    @property
    def abandonment_rate(self) -> float:
        """Abandoned calls per second of waiting of all: what exponential patience would have."""
        return self._gave_up / self._exposed if self._exposed else 0.0

    def handled(self, seconds: float) -> None:
        self._handled = min(self._handled + 1, _MEMORY)
        before = seconds if self.handling is None else self.handling
        self.handling = before + (seconds - before) / self._handled

    def waited(self, seconds: float, gave_up: bool) -> None:
        keep = 1 - 1 / _MEMORY
        self._gave_up = keep * self._gave_up + gave_up
        self._exposed = keep * self._exposed + seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitError:
    """How announced waits compare with real ones. ``bias`` > 0: announced too long. Seconds; of ``calls`` waits."""

    calls: int
    bias: float
    mean_absolute: float
    p90_absolute: float


def wait_error(announced_and_real: Iterable[tuple[float, float]]) -> WaitError | None:
    """None without any wait."""
    errors = [announced - real for announced, real in announced_and_real]
    if not errors:
        return None
    absolute = sorted(map(abs, errors))
    return WaitError(
        calls=len(errors),
        bias=sum(errors) / len(errors),
        mean_absolute=sum(absolute) / len(absolute),
        p90_absolute=absolute[math.ceil(0.9 * len(absolute)) - 1],
    )


def queues_served(plan: RoutingPlan, profile: AgentProfile) -> frozenset[str]:
    """The queues whose calls reach the agent by skill; overflow and dedicated customers are beside the point."""
    return frozenset(queue.id for queue in plan.queues.values() if _serves(queue, profile))


def _serves(queue: Queue, profile: AgentProfile) -> bool:
    floor = min(step.proficiency for step in queue.steps if step.kind in (StepKind.EXACT, StepKind.LOWER))
    skilled = all(profile.skills.get(skill, 0) >= floor for skill in queue.skills)
    return skilled and queue.licences <= profile.licences and queue.clearance <= profile.clearance
