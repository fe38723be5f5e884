"""Who is signed in, and the lines that each agent may serve and each call may wait in."""

from __future__ import annotations

from tellerline.routing.calls import ready
from tellerline.routing.calls.model import AgentProfile, Call, Queue, Step, StepKind
from tellerline.routing.calls.state import Line, Requirement, Seat

_Anchor = tuple[str, str]
_Conditions = tuple[str, str | None, frozenset[str], int]
_EVERYBODY: _Anchor = ("everybody", "")


class Roster:
    """Seats by agent and lines by requirement; each knows the other, whichever came first.

    Work on signing in and on a new requirement is bounded by who shares one skill or group, never by all.
    """

    def __init__(self) -> None:
        self.seats: dict[str, Seat] = {}
        self._lines: dict[tuple[Requirement, float], Line] = {}
        self._lines_at: dict[_Anchor, list[Line]] = {}
        self._seats_at: dict[_Anchor, dict[str, Seat]] = {}
        self._numbers = 0

    def sign_in(self, profile: AgentProfile) -> Seat:
        self._numbers += 1
        seat = Seat(profile, self._numbers)
        self.seats[seat.id] = seat
        for anchor in _anchors_of(profile):
            self._seats_at.setdefault(anchor, {})[seat.id] = seat
            for line in self._lines_at.get(anchor, ()):
                _introduce(seat, line)
        return seat

    def sign_out(self, seat: Seat) -> None:
        del self.seats[seat.id]
        for anchor in _anchors_of(seat.profile):
            del self._seats_at[anchor][seat.id]
        ready.depart(seat)

    def line(self, requirement: Requirement, weight: float) -> Line:
        """The one line of its kind; made when first asked for."""
        line = self._lines.get((requirement, weight))
        if line is None:
            line = self._lines[(requirement, weight)] = Line(requirement, weight)
            anchor = _anchor_of(requirement)
            self._lines_at.setdefault(anchor, []).append(line)
            for seat in self._seats_at.get(anchor, {}).values():
                _introduce(seat, line)
        return line


class Routes:
    """The lines that a call goes through: one for each step of its queue, None where the step adds nobody."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._common: dict[_Conditions, tuple[Line | None, ...]] = {}

    def of(self, call: Call, queue: Queue, weight: float) -> tuple[Line | None, ...]:
        """O(1) but for the first call with such conditions; a weight is one of its queue's."""
        key = (call.queue, call.language, call.licences, call.clearance)
        route = self._common.get(key)
        if route is None:
            route = self._common[key] = tuple(self._line(call, queue, step, weight, None) for step in queue.steps)
        if call.dedicated is None:
            return route
        return tuple(
            self._line(call, queue, step, weight, call.dedicated) if step.kind is StepKind.DEDICATED else line
            for step, line in zip(queue.steps, route, strict=True)
        )

    def _line(self, call: Call, queue: Queue, step: Step, weight: float, agent: str | None) -> Line | None:
        if not step.kind.reaches_agents or (step.kind is StepKind.DEDICATED and agent is None):
            return None
        by_skill = step.kind in (StepKind.EXACT, StepKind.LOWER)
        requirement = Requirement(
            agent=agent,
            group=step.group if step.kind is StepKind.OVERFLOW else None,
            skills=queue.skills if by_skill else (),
            floor=step.proficiency if by_skill else 0,
            language=call.language,
            licences=call.licences | queue.licences,
            clearance=max(call.clearance, queue.clearance),
        )
        return self._roster.line(requirement, weight)


def _introduce(seat: Seat, line: Line) -> None:
    rank = line.requirement.rank(seat.profile)
    if rank is None:
        return
    line.members[seat.id] = rank
    line.staffed += seat.staffed
    seat.lines.append(line)
    seat.missing.append(line)
    if seat.ready:
        ready.put(seat)


def _anchors_of(profile: AgentProfile) -> list[_Anchor]:
    skills = [("skill", skill) for skill in profile.skills]
    return [_EVERYBODY, ("agent", profile.id), *skills, *(("group", group) for group in profile.groups)]


def _anchor_of(requirement: Requirement) -> _Anchor:
    if requirement.agent is not None:
        return ("agent", requirement.agent)
    if requirement.group is not None:
        return ("group", requirement.group)
    return ("skill", requirement.skills[0]) if requirement.skills else _EVERYBODY
