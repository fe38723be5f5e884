"""What the router answers an event with: decisions to carry out, and facts to put on record.

``at`` is the instant of the decision: that of the event, or earlier for a timeout that fell due before it.
"""

from __future__ import annotations

from typing import NamedTuple

from tellerline.routing.calls.model import StepKind


class Queued(NamedTuple):
    """The call waits: nobody who may take it is free."""

    at: float
    call: str
    queue: str
    call_class: str
    entered: float
    step: int


class Offer(NamedTuple):
    """Offer the call to the agent under ``reservation``; when ``callback`` is set, dial the customer against it.

    ``score`` = waited + ``credit`` + ``aging``, of the caller; ``dedicated``, ``proficiency`` (0: none of the queue's
    skills asked or had) and ``ready_since`` are the agent's key. ``arrival`` tells whether the agent was free when the
    call came or moved on (the best agent was chosen for it), or became free (the call is the best for the agent).
    """

    at: float
    reservation: int
    call: str
    agent: str
    queue: str
    step: int
    entered: float
    credit: float
    aging: float
    dedicated: bool
    proficiency: int
    ready_since: float
    arrival: bool
    callback: bool

    @property
    def waited(self) -> float:
        return self.at - self.entered

    @property
    def score(self) -> float:
        return self.at - self.entered + self.credit + self.aging


class Accepted(NamedTuple):
    """The agent has the call (a callback: both have answered); it has left the router."""

    at: float
    reservation: int
    call: str
    agent: str


class Refused(NamedTuple):
    """The offer failed by the agent: ``reason`` is ``rejected`` or ``timeout``; the agent is not ready."""

    at: float
    reservation: int
    call: str
    agent: str
    reason: str
    excluded_until: float


class Rescinded(NamedTuple):
    """Withdraw the offer from the agent: ``reason`` is ``lost`` or ``forced``; the call waits again at its place."""

    at: float
    reservation: int
    call: str
    agent: str
    reason: str


class Canceled(NamedTuple):
    """Withdraw the offer from the agent: the caller left, or a callback's customer did not answer."""

    at: float
    reservation: int
    call: str
    agent: str


class StepChanged(NamedTuple):
    """The call's current step is ``step`` (from 0), of ``kind``; on OVERFLOW ``group`` is added."""

    at: float
    call: str
    step: int
    kind: StepKind
    group: str


class StepSkipped(NamedTuple):
    """Nobody is staffed for ``step``: it takes none of the caller's time."""

    at: float
    call: str
    step: int
    kind: StepKind
    group: str


class CallbackDue(NamedTuple):
    """Propose a callback to the caller, who waits on until ``callback_requested``."""

    at: float
    call: str


class VoicemailDue(NamedTuple):
    """Lead the caller to voicemail and report ``call_left``; until then the caller waits on."""

    at: float
    call: str


class CallbackKept(NamedTuple):
    """The caller hung up and keeps the place: will be dialled against a held reservation, not before ``not_before``."""

    at: float
    call: str
    not_before: float


class Left(NamedTuple):
    """The call left the router unserved."""

    at: float
    call: str


Decision = (
    Queued
    | Offer
    | Accepted
    | Refused
    | Rescinded
    | Canceled
    | StepChanged
    | StepSkipped
    | CallbackDue
    | VoicemailDue
    | CallbackKept
    | Left
)
