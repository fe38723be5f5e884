"""What the core host is asked and what it answers, free of any wire."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.simulators.core.register import CoreAccount, Customer, LossReport
from tellerline.simulators.soap import messages as soap
from tellerline.simulators.soap.messages import EchoResult, OriginalResult, ReversalResult, SoapRequest, StatementResult

CoreRequest = SoapRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountResult:
    account: CoreAccount
    status: str
    owner: Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceResult:
    account: str
    currency: str
    ledger: int
    available: int
    as_of: str


@dataclass(frozen=True, slots=True)
class LossResult:
    report: LossReport


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferResult:
    currency: str
    balance_after: int
    booked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceResult:
    currency: str
    balance_after: int
    booked_at: str
    fee: int
    payment_number: str


@dataclass(frozen=True, slots=True)
class PinChangeResult:
    changed_at: str


@dataclass(frozen=True, slots=True)
class PinResult:
    account: str


@dataclass(frozen=True, slots=True)
class CustomerResult:
    customer: Customer


Result = (
    EchoResult
    | AccountResult
    | BalanceResult
    | StatementResult
    | LossResult
    | TransferResult
    | RemittanceResult
    | PinChangeResult
    | PinResult
    | CustomerResult
    | OriginalResult
    | ReversalResult
)

Reply = soap.Reply[Result]
