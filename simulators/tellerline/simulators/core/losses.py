"""Loss reports: oral over the wire, everything else by the branch's own hand."""

from __future__ import annotations

from dataclasses import replace

from tellerline.simulators.core import codes
from tellerline.simulators.core.messages import CoreRequest, LossResult
from tellerline.simulators.core.register import AccountKind, AccountStatus, LossReport, LossState, Register
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError


class Losses:
    """One report at a time per account; it blocks balance, statement and debits while in force or formalised."""

    def __init__(self, register: Register, calendar: BankCalendar) -> None:
        self._register = register
        self._calendar = calendar

    def report(self, request: CoreRequest, serial: str) -> LossResult:
        """An oral report of the account itself, or of the card or passbook that it is."""
        instant = self._calendar.instant()
        account = self._register.account(request.fields["account"])
        kind = AccountKind(request.fields["kind"])
        if account.status is AccountStatus.CLOSED:
            raise RefusedError(codes.ACCOUNT_CLOSED)
        if kind not in (account.kind, AccountKind.ACCOUNT):
            raise RefusedError(codes.KIND_MISMATCH)
        if self._register.reported_lost(account.number, instant):
            raise RefusedError(codes.LOSS_ALREADY_REPORTED)
        report = LossReport(account=account.number, kind=kind, report_number=f"L{serial}", reported_at=instant)
        self._register.losses.put(account.number, report)
        return LossResult(report)

    def newest(self, request: CoreRequest) -> LossResult:
        account = self._register.account(request.fields["account"])
        return LossResult(self._find(account.number))

    def formalise(self, account: str) -> LossReport:
        """The written report at the branch: in force until lifted. Refused where no oral report is in force."""
        return self._change(account, LossState.FORMALISED)

    def lift(self, account: str) -> LossReport:
        """Only the branch can; refused where no report is in force."""
        return self._change(account, LossState.LIFTED)

    def _change(self, account: str, state: LossState) -> LossReport:
        report = self._find(account)
        if not report.blocks_at(self._calendar.instant()):
            raise RefusedError(codes.NO_LOSS_REPORT)
        changed = replace(report, state=state)
        self._register.losses.put(account, changed)
        return changed

    def _find(self, account: str) -> LossReport:
        report = self._register.losses.get(account)
        if report is None:
            raise RefusedError(codes.NO_LOSS_REPORT)
        return report
