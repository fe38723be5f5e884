"""What routing is told by the bank and by the switch: queues with their steps, classes of callers, agents, calls.

Durations and instants are seconds (``float`` or ``int``); instants count from any one epoch. A proficiency is a whole
number from 1 (may help out) to 10 (expert); an agent without a skill has none, not 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LEAST_PROFICIENCY = 1
GREATEST_PROFICIENCY = 10


class StepKind(StrEnum):
    """Whom a step adds to those who may take the call, or what it proposes to the caller instead."""

    DEDICATED = "dedicated"
    EXACT = "exact"
    LOWER = "lower"
    OVERFLOW = "overflow"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"

    @property
    def reaches_agents(self) -> bool:
        return self not in (StepKind.CALLBACK, StepKind.VOICEMAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """What a person reads, in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """``language`` is a tag such as ``zh-CN`` or ``en``; every other one reads English."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a queue. ``until`` is the age of the call at which the next step begins; None: no limit.

    ``proficiency`` is the least one of each skill of the queue (EXACT, LOWER); ``group`` names who is added (OVERFLOW).
    Steps widen: who could take the call before still can.
    """

    kind: StepKind
    until: float | None = None
    proficiency: int = LEAST_PROFICIENCY
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallClass:
    """A class (tier) of callers; ``credit`` is the waiting in seconds that a call starts with."""

    id: str
    title: Title
    credit: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue. Waiting beyond ``service_level`` seconds counts ``1 + weight`` times under aging.

    ``skills``, ``licences`` and ``clearance`` are what its calls ask of an agent; the last two are never relaxed.
    ``handling`` and ``patience`` are what a call takes, work after it included, and how long callers wait before they
    give up, as far as nothing was seen yet. Who waits is told his place at most every ``told_every``, and is offered a
    callback once he is expected to wait for longer than ``callback_beyond`` (None: when its step comes).
    """

    id: str
    title: Title
    skills: tuple[str, ...]
    steps: tuple[Step, ...]
    service_level: float
    weight: float = 0.0
    licences: frozenset[str] = frozenset()
    clearance: int = 0
    handling: float | None = None
    patience: float | None = None
    told_every: float = 30.0
    callback_beyond: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPlan:
    """One version of all that routing decides by.

    ``reoffer_after``: for so many seconds an agent that refused a call or let it ring out is not offered it again.
    """

    version: int
    languages: frozenset[str]
    skills: Mapping[str, Title]
    licences: Mapping[str, Title]
    groups: Mapping[str, Title]
    classes: Mapping[str, CallClass]
    queues: Mapping[str, Queue]
    reoffer_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProfile:
    """An agent as routing sees one. ``conflicts`` holds the parties (of ``Call.parties``) the agent may not serve."""

    id: str
    skills: Mapping[str, int] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    licences: frozenset[str] = frozenset()
    clearance: int = 0
    conflicts: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A caller who asks for a person.

    ``language``, ``licences`` and ``clearance`` are asked of the agent beside what the queue asks, and never relaxed;
    nobody who has one of ``parties`` among the conflicts, and nobody in ``excluded``, is offered the call.
    ``dedicated`` is the agent whom the customer is assigned to. ``entered`` is the instant from which the caller's
    place and age count, when it is not that of the event: a caller who comes back to the queue keeps the place.
    """

    id: str
    queue: str
    call_class: str
    language: str | None = None
    licences: frozenset[str] = frozenset()
    clearance: int = 0
    parties: frozenset[str] = frozenset()
    dedicated: str | None = None
    excluded: frozenset[str] = frozenset()
    entered: float | None = None
