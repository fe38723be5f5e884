"""How long a caller will wait: what is announced, from what the queues have lately been like, and how wrong it was.

The estimate is Erlang-A's (``routing.staffing.erlang.expected_wait``) with the queue's recent handling time and loss of
patience. Agents who serve several queues count for each by its share of their recent load. Durations are seconds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass

from tellerline.routing.calls.model import AgentProfile, Queue, RoutingPlan, StepKind
from tellerline.routing.staffing.erlang import expected_wait, expected_waits

_MEMORY = 200
_BELIEF = 10
"""As many calls as the plan's figures count for."""


@dataclass(slots=True, kw_only=True)
class Recent:
    """What one queue has lately been like: plain values, to be kept and read again. The last few hundred calls make
    them; older ones fade. ``handling`` is the mean of ``handled`` calls, ``gave_up`` callers did so in ``exposed``
    seconds of waiting, ``entered`` is the queue's share of all that came."""

    handled: int = 0
    handling: float = 0.0
    gave_up: float = 0.0
    exposed: float = 0.0
    entered: float = 0.0

    def add_handled(self, seconds: float) -> None:
        self.handled = min(self.handled + 1, _MEMORY)
        self.handling += (seconds - self.handling) / self.handled

    def add_waited(self, seconds: float, *, gave_up: bool) -> None:
        keep = 1 - 1 / _MEMORY
        self.gave_up = keep * self.gave_up + gave_up
        self.exposed = keep * self.exposed + seconds


def add_entered(recent: MutableMapping[str, Recent], queue: str) -> None:
    """A call has entered one of these queues."""
    recent.setdefault(queue, Recent()).entered += 1
    if sum(each.entered for each in recent.values()) > _MEMORY * len(recent):
        for each in recent.values():
            each.entered /= 2


class ExpectedWaits:
    """Who is on duty for which queue, beside what the queues are like. ``recent`` is kept by the caller, who may change
    it at any time; without it the figures are kept here.

    Nothing is expected of a queue that no call was handled for yet, unless the plan or ``handling`` says how long one
    takes.
    """

    def __init__(
        self, plan: RoutingPlan, handling: float | None = None, recent: MutableMapping[str, Recent] | None = None
    ) -> None:
        self._plan = plan
        self._default = handling
        self._recent = {} if recent is None else recent
        self._agents: dict[str, frozenset[str]] = {}
        self._alike: Counter[frozenset[str]] = Counter()

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

    def queues_of(self, agent: str) -> frozenset[str]:
        """Those that the agent is on duty for; O(1)."""
        return self._agents.get(agent, frozenset())

    def entered(self, queue: str) -> None:
        add_entered(self._recent, queue)

    def answered(self, queue: str, waited: float) -> None:
        self._of(queue).add_waited(waited, gave_up=False)

    def abandoned(self, queue: str, waited: float) -> None:
        self._of(queue).add_waited(waited, gave_up=True)

    def handled(self, queue: str, seconds: float) -> None:
        """A call of the queue has kept an agent for so long, work after it included."""
        self._of(queue).add_handled(seconds)

    def agents(self, queue: str) -> float:
        """Agents on duty for the queue, each counted by the queue's share of what the agent serves."""
        return sum(
            count * self._load(queue) / sum(self._load(each) for each in served)
            for served, count in self._alike.items()
            if queue in served
        )

    def estimate(self, queue: str, ahead: int) -> float | None:
        """What a caller with ``ahead`` callers before (by score) will wait; None: nothing is known, or nobody there."""
        handling = self.handling(queue)
        if not handling:
            return None
        wait = expected_wait(ahead, self.agents(queue), 1 / handling, self.abandonment_rate(queue))
        return wait if math.isfinite(wait) else None

    def estimates(self, queue: str, callers: int) -> Sequence[float | None]:
        """``estimate`` of each of so many callers in line, the first first; O(callers)."""
        handling = self.handling(queue)
        if not handling:
            return [None] * callers
        waits = expected_waits(callers, self.agents(queue), 1 / handling, self.abandonment_rate(queue))
        return [wait if math.isfinite(wait) else None for wait in waits]

    def handling(self, queue: str) -> float | None:
        """Seconds that a call of the queue takes; None while nothing is known of it."""
        seen, believed = self._recent.get(queue), self._plan.queues[queue].handling or self._default
        if seen is None or not seen.handled:
            return believed
        if believed is None:
            return seen.handling
        return (_BELIEF * believed + seen.handled * seen.handling) / (_BELIEF + seen.handled)

    def abandonment_rate(self, queue: str) -> float:
        """Abandoned calls per second of waiting of all: what exponential patience would have."""
        seen, believed = self._recent.get(queue, Recent()), self._plan.queues[queue].patience
        gave_up, exposed = seen.gave_up, seen.exposed
        if believed is not None:
            gave_up, exposed = gave_up + _BELIEF, exposed + _BELIEF * believed
        return gave_up / exposed if exposed else 0.0

    def _of(self, queue: str) -> Recent:
        return self._recent.setdefault(queue, Recent())

    def _load(self, queue: str) -> float:
        """Recent work of the queue; one call more than were seen, so that a new queue has some."""
        entered = self._recent[queue].entered if queue in self._recent else 0
        return (entered + 1) * (self.handling(queue) or 1)


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
