"""Transfers: between own accounts, to a payee in this bank, to another bank."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tellerline.routing.model.command import Command, Effect
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Result


class TransferKind(StrEnum):
    OWN_ACCOUNTS = "OWN_ACCOUNTS"
    REGISTERED_PAYEE = "REGISTERED_PAYEE"
    OTHER_BANK = "OTHER_BANK"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTransfer(Command):
    """Debit ``debit_account`` and credit the payee, at once. ``credit_bank`` is empty within this bank.

    ``credit_name`` is compared by the host where it knows the payee; empty skips the comparison.
    """

    operation: ClassVar[str] = "transfers.CreateTransfer"
    effect: ClassVar[Effect] = Effect.MONEY
    debit_account: str
    credit_account: str
    amount: Money
    kind: TransferKind
    credit_bank: str = ""
    credit_name: str = ""
    narrative: str = ""

    @property
    def account_number(self) -> str:
        return self.debit_account

    @property
    def limited(self) -> Money | None:
        return self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRemittance(Command):
    """Debit ``debit_account``, with the host's fee, and send the amount to a payee at another bank 异地电子汇兑.

    Done means sent out: the other bank may return it later, as an incoming entry. ``amount`` is without the fee.
    """

    operation: ClassVar[str] = "transfers.CreateRemittance"
    effect: ClassVar[Effect] = Effect.MONEY
    debit_account: str
    credit_bank: str
    credit_account: str
    credit_name: str
    amount: Money
    purpose: str
    urgent: bool = False

    @property
    def account_number(self) -> str:
        return self.debit_account

    @property
    def limited(self) -> Money | None:
        return self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Remitted(Result):
    """The debit account's balance after amount and ``fee``; ``booked_at`` is ISO 8601. ``payment_number`` is the one
    under which the payment system knows it."""

    balance_after: Money
    fee: Money
    payment_number: str
    booked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred(Result):
    """The debit account's balance after the booking; ``booked_at`` is ISO 8601."""

    balance_after: Money
    booked_at: str
