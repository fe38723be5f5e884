"""Settlement: one side of a transaction of many legs, between a customer's account and the bank's own for a purpose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tellerline.routing.model.command import Command, Effect
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Result


class SettlementPurpose(StrEnum):
    """Which of the bank's settlement accounts is the other side; there is one per purpose and currency."""

    SECURITIES = "SECURITIES"
    FX = "FX"
    BILLING = "BILLING"
    PAYROLL = "PAYROLL"
    REMITTANCE = "REMITTANCE"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitAccount(Command):
    """Take ``amount`` from ``account`` into the settlement account. ``counterparty`` is shown on the statement.

    ``counts`` says whether the amount counts against the account's transfer limits; within a transaction of many legs
    it does not, because the transaction itself has reserved them.
    """

    operation: ClassVar[str] = "settlement.DebitAccount"
    effect: ClassVar[Effect] = Effect.MONEY
    account: str
    amount: Money
    purpose: SettlementPurpose
    counterparty: str = ""
    narrative: str = ""
    counts: bool = False

    @property
    def account_number(self) -> str:
        return self.account

    @property
    def limited(self) -> Money | None:
        return self.amount if self.counts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditAccount(Command):
    """Pay ``amount`` from the settlement account into ``account``.

    ``name`` is compared by the host with the account's owner; empty skips the comparison.
    """

    operation: ClassVar[str] = "settlement.CreditAccount"
    effect: ClassVar[Effect] = Effect.MONEY
    pays_in: ClassVar[bool] = True
    account: str
    amount: Money
    purpose: SettlementPurpose
    name: str = ""
    counterparty: str = ""
    narrative: str = ""

    @property
    def account_number(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked(Result):
    """The customer's account after the booking; ``booked_at`` is ISO 8601."""

    balance_after: Money
    booked_at: str
