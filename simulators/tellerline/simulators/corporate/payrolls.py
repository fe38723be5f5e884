"""Payroll files 代发工资: taken in whole, judged line by line, claimed once by whoever pays them and reports back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tellerline.simulators.corporate import codes
from tellerline.simulators.corporate.bookings import Bookings
from tellerline.simulators.corporate.messages import ClaimResult, PayrollResult
from tellerline.simulators.corporate.register import Keeper, LineState, Payroll, PayrollLine, PayrollState, Register
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import OK, RefusedError
from tellerline.simulators.ledger.money import minor_units
from tellerline.simulators.soap.messages import SoapRequest


class Payrolls:
    def __init__(self, register: Register, bookings: Bookings, calendar: BankCalendar) -> None:
        self._register = register
        self._bookings = bookings
        self._calendar = calendar

    def submit(self, request: SoapRequest, serial: str) -> PayrollResult:
        """Refuses an account that the core host does not keep, and two lines of one number."""
        company = self._bookings.company(request)
        account = self._register.account(company, request.fields["account"], Keeper.CORE)
        lines = tuple(
            sorted((_line(row, account.currency) for row in request.rows["line"]), key=lambda each: each.number)
        )
        if len({line.number for line in lines}) != len(lines):
            raise RefusedError(codes.AMOUNT_NOT_ALLOWED)
        payroll = Payroll(
            number=f"DF{serial[1:]}",
            company=company,
            account=account.number,
            currency=account.currency,
            lines=lines,
            submitted_at=self._calendar.now(),
        )
        return self._file(payroll)

    def claim(self, request: SoapRequest) -> ClaimResult:
        """From now on this is being paid, and nobody else may."""
        payroll = self._asked(request)
        if payroll.state is PayrollState.EXPIRED:
            raise RefusedError(codes.PAYROLL_EXPIRED)
        if payroll.state is not PayrollState.SUBMITTED:
            raise RefusedError(codes.PAYROLL_TAKEN)
        claimed = replace(payroll, state=PayrollState.RUNNING, claim=request.fields["claimNumber"])
        self._file(claimed)
        return ClaimResult(claimed, self._calendar.now())

    def report(self, request: SoapRequest) -> PayrollResult:
        """Every good line exactly once, by the one who claimed the payroll; then it is paid."""
        payroll = self._asked(request)
        if payroll.state is not PayrollState.RUNNING or payroll.claim != request.fields["claimNumber"]:
            raise RefusedError(codes.NOT_CLAIMED_SO)
        reasons = {int(row["number"]): row.get("reason", "") for row in request.rows["line"]}
        if sorted(reasons) != [line.number for line in payroll.payable]:
            raise RefusedError(codes.NOT_CLAIMED_SO)
        lines = tuple(_ended(line, reasons) for line in payroll.lines)
        return self._file(replace(payroll, state=PayrollState.PAID, lines=lines))

    def returnable(self, claimed: Payroll) -> bool:
        """Whether the claim may still be given back: not once it is known what became of the lines."""
        payroll = self._register.payrolls.get(claimed.number)
        return payroll is not None and (payroll.state, payroll.claim) == (PayrollState.RUNNING, claimed.claim)

    def unclaim(self, claimed: Payroll) -> None:
        self._file(replace(claimed, state=PayrollState.SUBMITTED, claim=""))

    def _asked(self, request: SoapRequest) -> Payroll:
        fields = request.fields
        filed = self._register.payroll(self._bookings.company(request), fields["account"], fields["payrollNumber"])
        return filed.at(self._calendar.instant())

    def _file(self, payroll: Payroll) -> PayrollResult:
        self._register.payrolls.put(payroll.number, payroll)
        return PayrollResult(payroll)


def _ended(line: PayrollLine, reasons: Mapping[int, str]) -> PayrollLine:
    reason = reasons.get(line.number)
    if reason is None:
        return line
    return replace(line, state=LineState.RETURNED if reason else LineState.PAID, reason=reason)


def _line(row: Mapping[str, str], currency: str) -> PayrollLine:
    asked = row["amount/currency"]
    try:
        amount = minor_units(row["amount/value"], asked)
    except ValueError:
        amount = 0
    code = _judge(row, amount, same_currency=asked == currency)
    return PayrollLine(
        number=int(row["number"]),
        account=row["account"],
        name=row["name"],
        currency=asked,
        amount=amount,
        code=code,
        state=LineState.WAITING if code == OK else LineState.REFUSED,
    )


def _judge(row: Mapping[str, str], amount: int, *, same_currency: bool) -> str:
    if not row["account"].isdecimal():
        return codes.PAYEE_ACCOUNT_MALFORMED
    if not row["name"].strip():
        return codes.PAYEE_NAME_MISSING
    if not same_currency:
        return codes.CURRENCY_MISMATCH
    return OK if amount > 0 else codes.AMOUNT_NOT_ALLOWED
