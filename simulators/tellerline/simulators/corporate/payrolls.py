"""Payroll files 代发工资: taken in whole, judged line by line; the money is paid by the bank, not by this host."""

from __future__ import annotations

from collections.abc import Mapping

from tellerline.simulators.corporate import codes
from tellerline.simulators.corporate.bookings import Bookings
from tellerline.simulators.corporate.messages import PayrollResult
from tellerline.simulators.corporate.register import Keeper, Payroll, PayrollLine, Register
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
        self._register.payrolls.put(payroll.number, payroll)
        return PayrollResult(payroll)


def _line(row: Mapping[str, str], currency: str) -> PayrollLine:
    asked = row["amount/currency"]
    try:
        amount = minor_units(row["amount/value"], asked)
    except ValueError:
        amount = 0
    return PayrollLine(
        number=int(row["number"]),
        account=row["account"],
        name=row["name"],
        currency=asked,
        amount=amount,
        code=_judge(row, amount, same_currency=asked == currency),
    )


def _judge(row: Mapping[str, str], amount: int, *, same_currency: bool) -> str:
    if not row["account"].isdecimal():
        return codes.PAYEE_ACCOUNT_MALFORMED
    if not row["name"].strip():
        return codes.PAYEE_NAME_MISSING
    if not same_currency:
        return codes.CURRENCY_MISMATCH
    return OK if amount > 0 else codes.AMOUNT_NOT_ALLOWED
