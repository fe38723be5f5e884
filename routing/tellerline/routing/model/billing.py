"""Agency payments: the bills of a subscriber, and the payment of one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tellerline.routing.model.command import Command, Effect
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Result


class BillerKind(StrEnum):
    TELEPHONE = "TELEPHONE"
    MOBILE = "MOBILE"
    WATER = "WATER"
    ELECTRICITY = "ELECTRICITY"
    GAS = "GAS"
    INTERNET = "INTERNET"


class BillStatus(StrEnum):
    DUE = "DUE"
    OVERDUE = "OVERDUE"
    PAID = "PAID"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfSubscriber(Command):
    """``subscriber`` is the number that the agency knows the customer by; nobody's account is concerned."""

    kind: BillerKind
    subscriber: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListBills(_OfSubscriber):
    """The newest twelve, newest first."""

    operation: ClassVar[str] = "billing.ListBills"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    unpaid_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GetBill(_OfSubscriber):
    operation: ClassVar[str] = "billing.GetBill"
    effect: ClassVar[Effect] = Effect.ENQUIRY
    bill: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill(Result):
    """What is due is ``amount`` and ``late_fee`` together. ``period`` is YYYY-MM; ``due_on`` ISO 8601.

    ``subscriber_name`` is masked by the agency. ``paid_at`` and ``receipt`` are empty until it is paid.
    """

    kind: BillerKind
    subscriber: str
    bill: str
    period: str
    biller_name: str
    subscriber_name: str
    amount: Money
    late_fee: Money
    due_on: str
    status: BillStatus
    paid_at: str
    receipt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bills(Result):
    bills: tuple[Bill, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfPayment(_OfSubscriber):
    """``amount`` is the whole of what is due on ``bill``, paid from ``account``. Transfer limits do not apply."""

    bill: str
    account: str
    amount: Money

    @property
    def account_number(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class PayBill(_OfPayment):
    """Pay a bill: a plan of two legs, the customer's account and then the agency."""

    operation: ClassVar[str] = "billing.PayBill"
    effect: ClassVar[Effect] = Effect.MONEY


@dataclass(frozen=True, slots=True, kw_only=True)
class BillPaid(Result):
    """Result of ``PayBill``: the account's balance after its leg, and the agency's receipt. ``paid_at`` is ISO 8601."""

    balance_after: Money
    receipt: str
    paid_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyPayment(_OfPayment):
    """The leg of ``PayBill`` at the agencies' host: the bill is paid, and the bank owes the agency."""

    operation: ClassVar[str] = "billing.NotifyPayment"
    effect: ClassVar[Effect] = Effect.MONEY


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNotified(Result):
    """``paid_at`` is ISO 8601."""

    receipt: str
    paid_at: str
