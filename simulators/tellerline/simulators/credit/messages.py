"""What the credit host answers, free of any wire."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.simulators.credit.loans import Loan, LoanState
from tellerline.simulators.credit.repayments import Repaid
from tellerline.simulators.credit.schedule import Instalment
from tellerline.simulators.hosting.codes import OK


@dataclass(frozen=True, slots=True)
class EchoResult:
    version: str


@dataclass(frozen=True, slots=True)
class LoanResult:
    """``status`` is the copybook's letter for the loan on the host's accounting date."""

    loan: Loan
    state: LoanState
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentsResult:
    loan: Loan
    rows: tuple[Instalment, ...]
    paid_up_to: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalResult:
    """Answer to an inquiry; ``original`` is None when the host has never seen the reference."""

    message_type: str = ""
    original: Reply | None = None
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class ReversalResult:
    effective: bool


Result = EchoResult | LoanResult | InstalmentsResult | Repaid | OriginalResult | ReversalResult


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
