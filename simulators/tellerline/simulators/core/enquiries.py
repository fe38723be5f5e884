"""Questions to the core host that change nothing."""

from __future__ import annotations

from tellerline.simulators.core.messages import (
    AccountResult,
    BalanceResult,
    CoreRequest,
    CustomerResult,
)
from tellerline.simulators.core.register import AccountStatus, Register
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.ledger import Ledger
from tellerline.simulators.soap.messages import StatementResult

HOST_VERSION = "core-simulator 1"


class Enquiries:
    """Each method answers one operation or raises ``RefusedError``."""

    def __init__(self, register: Register, ledger: Ledger, calendar: BankCalendar) -> None:
        self._register = register
        self._ledger = ledger
        self._calendar = calendar

    def describe_account(self, request: CoreRequest) -> AccountResult:
        account = self._register.account(request.fields["account"])
        status = account.status.value
        if account.status is AccountStatus.ACTIVE and self._register.reported_lost(
            account.number, self._calendar.instant()
        ):
            status = "REPORTED_LOST"
        return AccountResult(account=account, status=status, owner=self._register.owner(account.owner))

    def describe_customer(self, request: CoreRequest) -> CustomerResult:
        return CustomerResult(self._register.customer_with(request.fields["identityDocument"]))

    def balance(self, request: CoreRequest) -> BalanceResult:
        instant = self._calendar.instant()
        number = self._register.usable(request.fields["account"], instant).number
        account = self._ledger.account(number)
        return BalanceResult(
            account=number,
            currency=account.currency,
            ledger=account.balance,
            available=account.available,
            as_of=self._calendar.local(instant),
        )

    def statement(self, request: CoreRequest) -> StatementResult:
        fields = request.fields
        number = self._register.usable(fields["account"], self._calendar.instant()).number
        account = self._ledger.account(number)
        from_date, to_date = fields["fromDate"][:10], fields["toDate"][:10]
        entries, more = account.between(from_date, to_date, max(0, int(fields["afterSequence"])), int(fields["limit"]))
        return StatementResult(
            account=number,
            currency=account.currency,
            opening=account.opening(from_date),
            closing=account.closing(to_date),
            entries=entries,
            more=more,
        )
