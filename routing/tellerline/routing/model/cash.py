"""Cash: withdrawn at a terminal, and what the terminal says afterwards of what came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tellerline.routing.model.command import Command, Effect
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCash(Command):
    """Debit ``account`` for cash that ``terminal`` gives out of its own books. The host keeps the figures for cash."""

    operation: ClassVar[str] = "cash.WithdrawCash"
    effect: ClassVar[Effect] = Effect.MONEY
    account: str
    amount: Money
    terminal: str

    @property
    def account_number(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnCash(Command):
    """Give back ``amount`` of the withdrawal ``original_reference``: the part that did not come out, once.

    An advice: sent under the same reference until the host acknowledges it. Less than the whole withdrawal; the whole
    is a ``Reverse``.
    """

    operation: ClassVar[str] = "cash.ReturnCash"
    effect: ClassVar[Effect] = Effect.MONEY
    pays_in: ClassVar[bool] = True
    account: str
    amount: Money
    terminal: str
    original_reference: str

    @property
    def account_number(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmWithdrawal(Command):
    """The terminal's word that ``dispensed`` came out. Of no host: what follows from it is a command of its own."""

    operation: ClassVar[str] = "cash.ConfirmWithdrawal"
    effect: ClassVar[Effect] = Effect.STATE
    original_channel_serial: str
    dispensed: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseWithdrawal(Command):
    """The terminal's word that ``amount`` did not come out, all of it when None. As ``ConfirmWithdrawal``.

    ``original_amount`` is what the terminal takes the withdrawal to have been, None where it does not say.
    """

    operation: ClassVar[str] = "cash.ReverseWithdrawal"
    effect: ClassVar[Effect] = Effect.STATE
    original_channel_serial: str
    amount: Money | None = None
    original_amount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Result):
    """The account's balance after the booking; ``booked_at`` is ISO 8601."""

    balance_after: Money
    booked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReturned(Result):
    """As ``Withdrawn``, of what was given back."""

    balance_after: Money
    booked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenseHeard(Result):
    """The terminal's word about ``withdrawal`` (a global serial) is written down, with all that follows from it."""

    withdrawal: str
