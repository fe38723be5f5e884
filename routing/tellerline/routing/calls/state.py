"""What the router remembers: seats of agents, waiting callers, and the lines in which they meet.

A *line* is one requirement. Whoever waits for it and whoever is free for it stands in its heaps. Nobody is taken out
of the middle of a heap: an entry that no longer holds is dropped (or brought up to date) when it comes to the top, and
what was dropped of somebody who comes back is remembered in ``missing``. So each has at most one entry in each heap.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from tellerline.routing.calls.model import AgentProfile, Call, Queue

NOBODY: Mapping[str, float] = MappingProxyType({})
# (-proficiency, ready since, id, number of the seat, seat): the least is the best agent.
ReadyEntry = tuple[int, float, str, int, "Seat"]
# (entered - credit, entered, order of entry, ``aged``, waiter): the least is the best caller of a heap.
WaitingEntry = tuple[float, float, int, float, "Waiter"]


class Band(NamedTuple):
    """What a caller's score is made of beside the time; under aging callers of two bands may change places."""

    credit: float
    weight: float
    service_level: float


class AgentState(StrEnum):
    """What an agent is to the router; BUSY includes work after a call."""

    NOT_READY = "not_ready"
    READY = "ready"
    RESERVED = "reserved"
    BUSY = "busy"


class CallState(StrEnum):
    """POSTPONED: a callback that may not be dialled yet."""

    WAITING = "waiting"
    RESERVED = "reserved"
    POSTPONED = "postponed"


class Requirement(NamedTuple):
    """Whom a line is for: one agent, a group, or those with all ``skills`` at ``floor`` or better."""

    agent: str | None
    group: str | None
    skills: tuple[str, ...]
    floor: int
    language: str | None
    licences: frozenset[str]
    clearance: int

    def rank(self, profile: AgentProfile) -> int | None:
        """The agent's least proficiency in the skills, negated (0 without skills); None: not eligible."""
        if self.language is not None and self.language not in profile.languages:
            return None
        if self.clearance > profile.clearance or not self.licences <= profile.licences:
            return None
        if self.agent is not None:
            return 0 if profile.id == self.agent else None
        if self.group is not None:
            return 0 if self.group in profile.groups else None
        proficiency = min((profile.skills.get(skill, 0) for skill in self.skills), default=0)
        return -proficiency if proficiency >= self.floor or not self.skills else None


class Line:
    """One requirement under one weight of aging."""

    __slots__ = ("bands", "departed", "heaps", "members", "ready", "requirement", "slope", "staffed", "waiting")

    def __init__(self, requirement: Requirement, weight: float) -> None:
        self.requirement = requirement
        # Every eligible agent who is signed in, by id, with the rank; how many of them are staffed.
        self.members: dict[str, int] = {}
        self.staffed = 0
        self.ready: list[ReadyEntry] = []
        self.departed = 0
        # How many callers wait; their heaps, one for each band: callers of one band never change places.
        self.waiting = 0
        self.slope = 1 + weight
        self.bands: dict[Band, list[WaitingEntry]] = {}
        self.heaps: list[list[WaitingEntry]] = []


class Seat:
    """An agent who is signed in. ``ready`` says that the agent is free."""

    __slots__ = (
        "conflicts", "id", "lines", "missing", "number", "paused_at", "profile", "ready", "ready_since", "reservation",
        "state",
    )  # fmt: skip

    def __init__(self, profile: AgentProfile, number: int) -> None:
        self.id = profile.id
        self.number = number
        self.profile = profile
        self.conflicts = profile.conflicts
        self.state = AgentState.NOT_READY
        self.ready = False
        # Idle time runs from ``ready_since``; ``paused_at`` is set while it stands still. None: it starts anew.
        self.ready_since: float | None = None
        self.paused_at: float | None = None
        self.reservation = 0
        self.lines: list[Line] = []
        self.missing: list[Line] = []

    @property
    def staffed(self) -> bool:
        return self.state is not AgentState.NOT_READY


class Waiter:
    """A call that asks for an agent, from its entry until it is answered or leaves."""

    __slots__ = (
        "aged", "band", "base", "call", "callback", "due", "entered", "guarded", "heaps", "id", "lines",
        "missing", "not_before", "order", "queue", "refused", "reservation", "route", "state", "step", "waiting",
    )  # fmt: skip

    def __init__(
        self,
        call: Call,
        queue: Queue,
        route: tuple[Line | None, ...],
        band: Band,
        *,
        entered: float,
        order: int,
    ) -> None:
        self.id = call.id
        self.call = call
        self.queue = queue
        # The line of each step of the queue; None where a step adds nobody.
        self.route = route
        self.entered = entered
        self.order = order
        # The score is the greater of ``now - base`` and ``slope x now - aged``.
        self.band = band
        self.base = entered - band.credit
        self.aged = (1 + band.weight) * entered - band.credit + band.weight * band.service_level
        self.waiting = False
        self.state: CallState | None = None
        self.callback = False
        self.not_before = entered
        self.reservation = 0
        self.step = 0
        # Lines of the steps reached so far, and the heaps of those in which the call has been put, the first ones.
        self.lines: list[Line] = []
        self.heaps: list[list[WaitingEntry]] = []
        self.missing: list[tuple[list[WaitingEntry], WaitingEntry]] = []
        # Agents that refused, and until when each is not offered the call again; ``guarded``: some agents are excluded.
        self.refused: Mapping[str, float] = NOBODY
        self.guarded = bool(call.excluded)
        self.due: float | None = None

    def bars(self, seat: Seat) -> bool:
        """Whether this very agent may not have this very call."""
        if self.guarded and (seat.id in self.refused or seat.id in self.call.excluded):
            return True
        return bool(seat.conflicts) and not seat.conflicts.isdisjoint(self.call.parties)

    def reaches(self, seat: Seat) -> bool:
        """Whether the agent is among those whom the steps so far have added."""
        return any(seat.id in line.members for line in self.lines)

    def proficiency_of(self, agent: str) -> int:
        """The best proficiency by which the agent is ranked in the call's lines; 0 where skills are not asked."""
        best = 0
        for line in self.lines:
            rank = line.members.get(agent, 0)
            if rank < best:  # noqa: PLR1730 - on every offer, and several times as fast as min()
                best = rank
        return -best

    def place(self, now: float) -> tuple[float, float, int]:
        """The caller's place among all at ``now``: the least is first."""
        return (self.base - now - self.aging(now), self.entered, self.order)

    def aging(self, now: float) -> float:
        """What waiting beyond the service level adds to the score at ``now``."""
        _, weight, service_level = self.band
        return weight * max(0, now - self.entered - service_level) if weight else 0
