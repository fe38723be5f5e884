"""The router as its rules are written: no index, everything looked at anew. Slow, and held against the real one."""

from __future__ import annotations

from dataclasses import dataclass, field

from tellerline.routing.calls.decisions import (
    Accepted,
    CallbackDue,
    CallbackKept,
    Canceled,
    Decision,
    Left,
    Offer,
    Queued,
    Refused,
    Rescinded,
    StepChanged,
    StepSkipped,
    VoicemailDue,
)
from tellerline.routing.calls.model import AgentProfile, Call, Queue, RoutingPlan, Step, StepKind
from tellerline.routing.calls.policies import Policy, score


@dataclass
class Agent:
    profile: AgentProfile
    state: str = "not_ready"
    since: float | None = None
    paused: float | None = None


@dataclass
class Caller:
    call: Call
    queue: Queue
    entered: float
    order: int
    state: str = "entering"
    step: int = 0
    reached: list[Step] = field(default_factory=list)
    refused: dict[str, float] = field(default_factory=dict)
    callback: bool = False
    not_before: float = 0


class NaiveRouter:
    """Same events, same decisions as ``Router``; every question is answered by a look at all agents or all callers."""

    def __init__(self, plan: RoutingPlan, policy: Policy) -> None:
        self.plan = plan
        self.policy = policy
        self.agents: dict[str, Agent] = {}
        self.callers: dict[str, Caller] = {}
        self.pending: dict[int, tuple[Agent, Caller]] = {}
        self.out: list[Decision] = []
        self.orders = 0
        self.reservations = 0

    # Rules

    def conditions_met(self, agent: Agent, caller: Caller) -> bool:
        profile, call, queue = agent.profile, caller.call, caller.queue
        speaks = call.language is None or call.language in profile.languages
        licensed = call.licences | queue.licences <= profile.licences
        return speaks and licensed and profile.clearance >= max(call.clearance, queue.clearance)

    def barred(self, agent: Agent, caller: Caller) -> bool:
        name = agent.profile.id
        return (
            name in caller.call.excluded
            or name in caller.refused
            or bool(agent.profile.conflicts & caller.call.parties)
        )

    def step_admits(self, step: Step, agent: Agent, caller: Caller) -> bool:
        if not self.conditions_met(agent, caller):
            return False
        if step.kind is StepKind.DEDICATED:
            return agent.profile.id == caller.call.dedicated
        if step.kind is StepKind.OVERFLOW:
            return step.group in agent.profile.groups
        return step.kind.reaches_agents and all(
            agent.profile.skills.get(skill, 0) >= step.proficiency for skill in caller.queue.skills
        )

    def eligible(self, agent: Agent, caller: Caller) -> bool:
        admitted = any(self.step_admits(step, agent, caller) for step in caller.reached)
        return admitted and not self.barred(agent, caller)

    def staffed(self, step: Step, caller: Caller) -> bool:
        return any(
            agent.state != "not_ready" and self.step_admits(step, agent, caller) for agent in self.agents.values()
        )

    def credit(self, caller: Caller) -> float:
        return self.plan.classes[caller.call.call_class].credit if self.policy.credits else 0

    def aging(self, caller: Caller, at: float) -> float:
        weight = caller.queue.weight if self.policy.aging else 0
        return score(at - caller.entered, 0, weight, caller.queue.service_level) - (at - caller.entered)

    def caller_key(self, caller: Caller, at: float) -> tuple[float, float, int]:
        return (-(at - caller.entered + self.credit(caller) + self.aging(caller, at)), caller.entered, caller.order)

    def proficiency(self, agent: Agent, caller: Caller) -> int:
        by_skill = [s for s in caller.reached if s.kind in (StepKind.EXACT, StepKind.LOWER)]
        if not any(self.step_admits(step, agent, caller) for step in by_skill):
            return 0
        return min(agent.profile.skills.get(skill, 0) for skill in caller.queue.skills)

    def agent_key(self, agent: Agent, caller: Caller) -> tuple[bool, int, float, str]:
        assert agent.since is not None
        name = agent.profile.id
        return (name != caller.call.dedicated, -self.proficiency(agent, caller), agent.since, name)

    # Moves

    def offer(self, agent: Agent, caller: Caller, at: float, arrival: bool) -> None:
        self.reservations += 1
        self.pending[self.reservations] = (agent, caller)
        agent.state = caller.state = "reserved"
        assert agent.since is not None
        self.out.append(
            Offer(
                at=at,
                reservation=self.reservations,
                call=caller.call.id,
                agent=agent.profile.id,
                queue=caller.queue.id,
                step=caller.step,
                entered=caller.entered,
                credit=self.credit(caller),
                aging=self.aging(caller, at),
                dedicated=caller.call.dedicated == agent.profile.id,
                proficiency=self.proficiency(agent, caller),
                ready_since=agent.since,
                arrival=arrival,
                callback=caller.callback,
            )
        )

    def advance_steps(self, caller: Caller, at: float) -> None:
        steps = caller.queue.steps
        while caller.step + 1 < len(steps):
            step, following = steps[caller.step], steps[caller.step + 1]
            if caller.callback and not following.kind.reaches_agents:
                return
            if step.kind.reaches_agents and not self.staffed(step, caller):
                self.out.append(StepSkipped(at, caller.call.id, caller.step, step.kind, step.group))
            elif step.until is None or at < caller.entered + step.until:
                return
            caller.step += 1
            caller.reached.append(following)
            self.out.append(step_decision(caller, following, at))

    def settle(self, caller: Caller, at: float) -> None:
        caller.refused = {agent: until for agent, until in caller.refused.items() if until > at}
        self.advance_steps(caller, at)
        free = [agent for agent in self.agents.values() if agent.state == "ready" and self.eligible(agent, caller)]
        if free:
            self.offer(min(free, key=lambda agent: self.agent_key(agent, caller)), caller, at, True)
        else:
            caller.state = "waiting"

    def settle_all(self, at: float) -> None:
        """Everybody who waits: those for whom nothing has changed stay as they are."""
        waiting = [caller for caller in self.callers.values() if caller.state == "waiting"]
        for caller in sorted(waiting, key=lambda each: self.caller_key(each, at)):
            self.settle(caller, at)

    def serve(self, agent: Agent, at: float) -> None:
        agent.state = "ready"
        waiting = [c for c in self.callers.values() if c.state == "waiting" and self.eligible(agent, c)]
        if waiting:
            self.offer(agent, min(waiting, key=lambda caller: self.caller_key(caller, at)), at, False)

    def due_of(self, caller: Caller) -> float | None:
        if caller.state == "postponed":
            return caller.not_before
        if caller.state != "waiting":
            return None
        steps = caller.queue.steps
        last = caller.step + 1 == len(steps) or (caller.callback and not steps[caller.step + 1].kind.reaches_agents)
        until = steps[caller.step].until
        dues = [*caller.refused.values(), *([] if last or until is None else [caller.entered + until])]
        return min(dues, default=None)

    def next_due(self) -> float | None:
        return min((due for caller in self.callers.values() if (due := self.due_of(caller)) is not None), default=None)

    def begin(self, at: float) -> None:
        self.out = []
        while (due := self.next_due()) is not None and due <= at:
            first = min((c for c in self.callers.values() if self.due_of(c) == due), key=lambda c: c.order)
            self.settle(first, due)

    def release(self, agent: Agent, at: float, reason: str) -> None:
        for number, (reserved, caller) in list(self.pending.items()):
            if reserved is agent:
                del self.pending[number]
                self.out.append(Rescinded(at, number, caller.call.id, agent.profile.id, reason))
                caller.state = "waiting"

    def off_duty(self, agent: Agent, at: float) -> None:
        if agent.state != "not_ready" and agent.since is not None:
            agent.paused = at
        agent.state = "not_ready"

    def cancel(self, caller: Caller, at: float) -> Agent | None:
        for number, (agent, reserved) in list(self.pending.items()):
            if reserved is caller:
                del self.pending[number]
                self.out.append(Canceled(at, number, caller.call.id, agent.profile.id))
                return agent
        return None

    # Events

    def agent_signed_in(self, at: float, profile: AgentProfile) -> list[Decision]:
        self.begin(at)
        self.agents[profile.id] = Agent(profile)
        return self.out

    def agent_ready(self, at: float, name: str) -> list[Decision]:
        self.begin(at)
        agent = self.agents[name]
        if agent.since is None:
            agent.since = at
        elif agent.paused is not None:
            agent.since += at - agent.paused
        agent.paused = None
        self.serve(agent, at)
        return self.out

    def agent_staffed(self, at: float, name: str) -> list[Decision]:
        self.begin(at)
        agent = self.agents[name]
        self.release(agent, at, "forced")
        agent.state, agent.since, agent.paused = "busy", None, None
        self.settle_all(at)
        return self.out

    def agent_unready(self, at: float, name: str) -> list[Decision]:
        self.begin(at)
        self.release(self.agents[name], at, "forced")
        self.off_duty(self.agents[name], at)
        self.settle_all(at)
        return self.out

    def agent_left(self, at: float, name: str) -> list[Decision]:
        self.begin(at)
        self.release(self.agents[name], at, "forced")
        del self.agents[name]
        self.settle_all(at)
        return self.out

    def call_entered(self, at: float, call: Call) -> list[Decision]:
        self.begin(at)
        self.orders += 1
        queue = self.plan.queues[call.queue]
        caller = Caller(call, queue, at if call.entered is None else call.entered, self.orders)
        if queue.steps[0].kind is StepKind.DEDICATED and call.dedicated is None:
            caller.step = 1
        caller.reached.append(queue.steps[caller.step])
        self.callers[call.id] = caller
        self.settle(caller, at)
        if caller.state == "waiting":
            self.out.append(Queued(at, call.id, call.queue, call.call_class, caller.entered, caller.step))
        return self.out

    def call_left(self, at: float, call: str) -> list[Decision]:
        self.begin(at)
        agent = self.cancel(self.callers[call], at)
        del self.callers[call]
        self.out.append(Left(at, call))
        if agent is not None:
            self.serve(agent, at)
        return self.out

    def callback_requested(self, at: float, call: str, not_before: float | None = None) -> list[Decision]:
        self.begin(at)
        caller = self.callers[call]
        agent = self.cancel(caller, at)
        caller.callback = True
        self.keep(caller, at, at if not_before is None else max(at, not_before))
        if agent is not None:
            self.serve(agent, at)
        self.settle_all(at)
        return self.out

    def keep(self, caller: Caller, at: float, not_before: float) -> None:
        self.out.append(CallbackKept(at, caller.call.id, not_before))
        caller.not_before = not_before
        caller.state = "postponed" if not_before > at else "waiting"

    def callback_unreached(self, at: float, reservation: int, retry_at: float | None = None) -> list[Decision]:
        self.begin(at)
        caller = self.pending[reservation][1]
        agent = self.cancel(caller, at)
        assert agent is not None
        if retry_at is None:
            del self.callers[caller.call.id]
            self.out.append(Left(at, caller.call.id))
        else:
            self.keep(caller, at, max(at, retry_at))
        self.serve(agent, at)
        self.settle_all(at)
        return self.out

    def answered(self, at: float, reservation: int) -> list[Decision]:
        self.begin(at)
        agent, caller = self.pending.pop(reservation)
        del self.callers[caller.call.id]
        agent.state, agent.since, agent.paused = "busy", None, None
        self.out.append(Accepted(at, reservation, caller.call.id, agent.profile.id))
        return self.out

    def rejected(self, at: float, reservation: int) -> list[Decision]:
        return self.refuse(at, reservation, "rejected")

    def timed_out(self, at: float, reservation: int) -> list[Decision]:
        return self.refuse(at, reservation, "timeout")

    def refuse(self, at: float, reservation: int, reason: str) -> list[Decision]:
        self.begin(at)
        agent, caller = self.pending.pop(reservation)
        until = at + self.plan.reoffer_after
        caller.refused[agent.profile.id] = until
        self.out.append(Refused(at, reservation, caller.call.id, agent.profile.id, reason, until))
        caller.state = "waiting"
        self.off_duty(agent, at)
        self.settle_all(at)
        return self.out

    def rescinded(self, at: float, reservation: int) -> list[Decision]:
        self.begin(at)
        agent = self.pending[reservation][0]
        self.release(agent, at, "lost")
        self.off_duty(agent, at)
        self.settle_all(at)
        return self.out

    def advance(self, at: float) -> list[Decision]:
        self.begin(at)
        return self.out


def step_decision(caller: Caller, step: Step, at: float) -> Decision:
    if step.kind is StepKind.CALLBACK:
        return CallbackDue(at, caller.call.id)
    if step.kind is StepKind.VOICEMAIL:
        return VoicemailDue(at, caller.call.id)
    return StepChanged(at, caller.call.id, caller.step, step.kind, step.group)
