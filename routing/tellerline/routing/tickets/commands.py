"""What may be asked of a ticket, by whom, and how it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from tellerline.routing.tickets.details import Details
from tellerline.routing.tickets.kinds import Party, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person with all the roles that he has; ``department`` where he works for one."""

    id: str
    roles: frozenset[Role] = frozenset()
    department: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Do an action of the flow. ``details`` replace what is written on the ticket, where given.

    ``follow_up`` becomes the id of the ticket that the action opens, if it opens one.
    """

    action: str
    actor: Actor
    reason: str = ""
    details: Details | None = None
    follow_up: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amend:
    """Correct or complete what is written on the ticket."""

    details: Details
    actor: Actor
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Record that ``party`` has been told."""

    party: Party
    actor: Actor
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseClocks:
    """Stop counting working time, for a reason that lies with the customer: it must be given."""

    actor: Actor
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeClocks:
    actor: Actor
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """撤诉, on the customer's wish."""

    actor: Actor
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeTransaction:
    """Record what the gateway says about the ticket's transaction."""

    serial: str
    state: str
    definite: bool
    accounting_date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtClocks:
    """Record what time has done."""


Command: TypeAlias = Act | Amend | Tell | PauseClocks | ResumeClocks | Withdraw | SeeTransaction | LookAtClocks


class Why(StrEnum):
    """Why a command is refused."""

    CLOSED = "closed"
    NOT_AT_THIS_STEP = "not_at_this_step"
    NOT_ALLOWED = "not_allowed"
    OTHER_DEPARTMENT = "other_department"
    SECOND_PERSON_REQUIRED = "second_person_required"
    MISSING_DETAILS = "missing_details"
    INSTANT_PASSED = "instant_passed"
    NOT_ALL_TOLD = "not_all_told"
    TRANSACTION_IN_DOUBT = "transaction_in_doubt"
    PAUSED = "paused"
    NOT_PAUSED = "not_paused"
    NOTHING_TO_PAUSE = "nothing_to_pause"
    REASON_MISSING = "reason_missing"
    OTHER_TRANSACTION = "other_transaction"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing happened. ``names`` says what is missing or was asked for, in stable words."""

    why: Why
    names: tuple[str, ...] = ()
