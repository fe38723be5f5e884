"""What the core host is asked and what it answers, free of any wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tellerline.simulators.core.register import CoreAccount, Customer, LossReport
from tellerline.simulators.hosting.codes import OK
from tellerline.simulators.ledger import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreRequest:
    """``fields`` holds what stands beside the header; a part of a composite has the key ``composite/part``."""

    operation: str
    reference: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EchoResult:
    version: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementResult:
    account: str
    currency: str
    opening: int
    closing: int
    entries: list[Entry]
    more: bool


@dataclass(frozen=True, slots=True)
class LossResult:
    report: LossReport


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferResult:
    currency: str
    balance_after: int
    booked_at: str


@dataclass(frozen=True, slots=True)
class PinResult:
    account: str


@dataclass(frozen=True, slots=True)
class CustomerResult:
    customer: Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalResult:
    """Answer to an inquiry; ``original`` is None when the host has never seen the reference."""

    operation: str = ""
    original: Reply | None = None
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class ReversalResult:
    effective: bool


Result = (
    EchoResult
    | AccountResult
    | BalanceResult
    | StatementResult
    | LossResult
    | TransferResult
    | PinResult
    | CustomerResult
    | OriginalResult
    | ReversalResult
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """``result`` is there exactly when ``host_code`` is 0000."""

    reference: str
    host_code: str = OK
    accounting_date: str
    host_serial: str = ""
    result: Result | None = None

    @property
    def done(self) -> bool:
        return self.host_code == OK
