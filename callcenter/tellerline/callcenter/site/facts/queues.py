"""Facts of callers in queues, and of the offers that are made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from tellerline.callcenter.site.facts.base import CallFact
from tellerline.callcenter.site.words import OfferKind, ReservationState


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntered(CallFact):
    """The request as routing gets it. ``place`` is the instant from which place and age count."""

    queue: str
    call_class: str
    language: str | None
    licences: frozenset[str]
    clearance: int
    parties: frozenset[str]
    dedicated: str | None
    excluded: frozenset[str]
    place: datetime
    flow: str
    """The flow that treats those who wait; empty: they hear music only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStepReached(CallFact):
    """``skipped``: of the step before nobody was staffed."""

    counts: ClassVar[bool] = False
    queue: str
    step: int
    kind: str
    group: str
    skipped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitEstimated(CallFact):
    """What the caller is told, if his flow tells it: his place in the queue's line, from 1, and the seconds that he
    will wait from now on (None: nothing is known, or nobody is on duty). ``offer`` is ``callback``, ``voicemail`` or
    nothing. The next estimate is due at ``next``."""

    counts: ClassVar[bool] = False
    queue: str
    position: int
    expected: float | None
    offer: str
    next: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitMeasured(CallFact):
    """An agent answered: the first estimate in this queue beside what came of it, in seconds from that estimate on."""

    counts: ClassVar[bool] = False
    queue: str
    position: int
    expected: float
    real: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAsked(CallFact):
    """The waiting caller wants to be called back. He has his place in line as before, and is served at once should an
    agent be free while he is still there; when he hangs up, or his flow does, the callback is kept."""

    queue: str
    number: str
    not_before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackKept(CallFact):
    """``attempt`` counts the times that the customer was not reached."""

    queue: str
    number: str
    not_before: datetime
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLeft(CallFact):
    """Not by way of an agent who answered: ``why`` is ``GONE``, ``VOICEMAIL``, ``UNREACHED``, or ``CHOSE``: then the
    caller goes on in ``flow``, which he was in while he waited."""

    queue: str
    why: str
    flow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationMade(CallFact):
    """``grounds`` says why this agent: score, credit, aging, step, proficiency, ready since… of the router's offer, and
    ``number`` is the router's (0: not by the router)."""

    agent: str
    reservation: str
    kind: OfferKind
    expires: datetime
    number: int = 0
    queue: str = ""
    grounds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationChanged(CallFact):
    """``excluded_until``: so long the agent is not offered this call again."""

    agent: str
    reservation: str
    kind: OfferKind
    state: ReservationState
    cause: str = ""
    excluded_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationProlonged(CallFact):
    """Held while a callback is being dialled; or the switch was out of reach, and the telephone could not ring."""

    counts: ClassVar[bool] = False
    agent: str
    reservation: str
    expires: datetime
