"""Questions to the corporate front-end that change nothing, and the PIN comparison, which counts."""

from __future__ import annotations

from tellerline.simulators.corporate import codes
from tellerline.simulators.corporate.messages import (
    AccountBalance,
    BalancesResult,
    CompanyResult,
    OrderResult,
    PayrollLinesResult,
    RemittancesResult,
    RepresentativeResult,
)
from tellerline.simulators.corporate.register import Keeper, Register
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import Ledger
from tellerline.simulators.soap.messages import SoapRequest, StatementResult

REMITTANCE_KINDS = {"INCOMING": "INCOMING_REMITTANCE", "OUTGOING": "OUTGOING_REMITTANCE"}


class Enquiries:
    """Each method answers one operation or raises ``RefusedError``."""

    def __init__(self, register: Register, ledger: Ledger, calendar: BankCalendar) -> None:
        self._register = register
        self._ledger = ledger
        self._calendar = calendar

    def company(self, request: SoapRequest) -> CompanyResult:
        company = self._register.company(request.fields["company"])
        if company.credit_code != request.fields["creditCode"]:
            raise RefusedError(codes.COMPANY_NOT_FOUND)
        return CompanyResult(company, self._register.accounts_of(company.number))

    def verify(self, request: SoapRequest) -> RepresentativeResult:
        fields = request.fields
        known = self._register.check_pin(fields["company"], fields["representative"], fields["pin"])
        return RepresentativeResult(known.number)

    def balances(self, request: SoapRequest) -> BalancesResult:
        company, wanted = self._company(request), request.fields.get("account", "")
        if wanted:
            self._register.account(company, wanted)
        accounts = [
            self._ledger.account(account.number)
            for account in self._register.accounts_of(company)
            if account.kept_at is Keeper.CORPORATE and wanted in ("", account.number)
        ]
        balances = [AccountBalance(each.number, each.currency, each.balance, each.available) for each in accounts]
        return BalancesResult(balances, self._calendar.now())

    def statement(self, request: SoapRequest) -> StatementResult:
        fields = request.fields
        number = self._register.account(self._company(request), fields["account"]).number
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

    def remittances(self, request: SoapRequest) -> RemittancesResult:
        fields = request.fields
        number = self._register.account(self._company(request), fields["account"]).number
        account = self._ledger.account(number)
        kind, limit = REMITTANCE_KINDS[fields["direction"]], int(fields["limit"])
        from_date, to_date = fields["fromDate"][:10], fields["toDate"][:10]
        after = max(0, int(fields["afterSequence"]))
        everything, _ = account.between(from_date, to_date, after, len(account.entries) + 1)
        found = [entry for entry in everything if entry.transaction.kind == kind and entry.counterparty_account]
        return RemittancesResult(
            account=number,
            currency=account.currency,
            direction=fields["direction"],
            entries=found[:limit],
            more=len(found) > limit,
        )

    def order(self, request: SoapRequest) -> OrderResult:
        fields = request.fields
        order = self._register.order(self._company(request), fields["account"], fields["orderNumber"])
        return OrderResult(order, order.state_at(self._calendar.instant()).value)

    def payroll(self, request: SoapRequest) -> PayrollLinesResult:
        fields = request.fields
        filed = self._register.payroll(self._company(request), fields["account"], fields["payrollNumber"])
        payroll = filed.at(self._calendar.instant())
        after, limit = int(fields["afterNumber"]), int(fields["limit"])
        rest = [line for line in payroll.lines if line.number > after]
        return PayrollLinesResult(payroll, rest[:limit], len(rest) > limit)

    def _company(self, request: SoapRequest) -> str:
        """Whose representative asks."""
        return self._register.representative(request.fields["company"], request.fields["representative"]).company
