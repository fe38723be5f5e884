"""What every command has in common; each area's commands stand in a module of their own beside this one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tellerline.routing.model.money import Money


class Effect(StrEnum):
    """What doing a command twice would do; it decides what is written before anything is sent."""

    ENQUIRY = "ENQUIRY"
    """Changes nothing: may be sent again, leaves no doubt, is audited after its answer."""
    STATE = "STATE"
    """Changes the host's state: journalled before it is sent, doubted when no readable reply comes."""
    MONEY = "MONEY"
    """Moves money: as ``STATE``, and its limits are reserved with the journal row where it has ``limited`` money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing asked of one host. ``operation`` is ``<area>.<Method>`` and is stable: tables and journals name it."""

    operation: ClassVar[str]
    effect: ClassVar[Effect]
    sensitive: ClassVar[frozenset[str]] = frozenset()
    """Fields whose value must never be stored, logged or hashed (PIN)."""
    public: ClassVar[bool] = False
    """Anybody may ask, without a customer's grant."""
    recallable: ClassVar[bool] = False
    """An enquiry about ``account_number`` and nothing else, whose result says in ``as_of`` (ISO 8601) when it was true:
    while the host is closed its last answer may stand in."""
    pays_in: ClassVar[bool] = False
    """Nothing leaves ``account_number`` by it: a reported loss does not close the account for it."""

    @property
    def account_number(self) -> str:
        """The account whose owner must have consented, and whose limits and reversals queue apply; empty if none."""
        return ""

    @property
    def limited(self) -> Money | None:
        """The amount that counts against the transfer limits of ``account_number``; None if limits do not apply."""
        return None


@dataclass(slots=True, kw_only=True)
class HostCall:
    """How one command is named at the host, the same for every attempt.

    ``reference`` is our own reference under which the host can be asked again: the global serial.
    ``accepted_at`` is ISO 8601 with offset, in the bank's time zone; the host's accounting date is its own.
    """

    reference: str
    channel: str
    accepted_at: str
    attempt: int = 1
    branch: str = ""
    operator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquire(Command):
    """Ask the host what became of ``original_reference``; the answer is a ``Found`` or ``NotFound`` result."""

    operation: ClassVar[str] = "host.Inquire"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    original_reference: str
    original_operation: str
    original_account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse(Command):
    """Undo ``original_reference`` wholly; a persistent advice: repeated under its own reference until acknowledged."""

    operation: ClassVar[str] = "host.Reverse"
    effect: ClassVar[Effect] = Effect.STATE
    original_reference: str
    original_operation: str
    original_account: str
    amount: Money | None = None

    @property
    def account_number(self) -> str:
        return self.original_account


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo(Command):
    """Ask the host whether it is there; its result is ``HostState``."""

    operation: ClassVar[str] = "host.Echo"
    effect: ClassVar[Effect] = Effect.ENQUIRY
