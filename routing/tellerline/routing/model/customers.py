"""Customers: proof of identity at the host."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from tellerline.routing.model.command import Command, Effect
from tellerline.routing.model.outcome import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyPin(Command):
    """Compare a PIN with the host's. Never retried by the gateway: each comparison counts at the host."""

    operation: ClassVar[str] = "customers.VerifyPin"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    sensitive: ClassVar[frozenset[str]] = frozenset({"pin"})
    account: str
    pin: str = field(repr=False)

    @property
    def account_number(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class PinVerified(Result):
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePin(Command):
    """Set a new PIN. The host compares ``old_pin`` where one is given; without it a grant has proved the customer.

    Neither PIN is kept anywhere, so it can never be sent again, and two of them under one serial look the same.
    """

    operation: ClassVar[str] = "customers.ChangePin"
    effect: ClassVar[Effect] = Effect.STATE
    sensitive: ClassVar[frozenset[str]] = frozenset({"old_pin", "new_pin"})
    account: str
    old_pin: str = field(default="", repr=False)
    new_pin: str = field(default="", repr=False)

    @property
    def account_number(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class PinChanged(Result):
    """``changed_at`` is ISO 8601."""

    changed_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeCustomer(Command):
    """The host's record of a person, found by identity document; used when the counter registers a customer."""

    operation: ClassVar[str] = "customers.DescribeCustomer"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    identity_document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDescription(Result):
    host_customer: str
    name: str
    identity_document: str
