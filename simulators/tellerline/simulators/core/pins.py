"""PINs at the core host: compared, which counts, and changed."""

from __future__ import annotations

from dataclasses import replace

from tellerline.simulators.core import codes
from tellerline.simulators.core.messages import CoreRequest, PinChangeResult, PinResult
from tellerline.simulators.core.register import AccountStatus, CoreAccount, Register
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import RefusedError

PIN_LENGTH = 6
PIN_TRIES = 3


class Pins:
    """Each method answers one operation or raises ``RefusedError``."""

    def __init__(self, register: Register, calendar: BankCalendar) -> None:
        self._register = register
        self._calendar = calendar

    def verify(self, request: CoreRequest) -> PinResult:
        account = self._open(request)
        if len(account.pin) < PIN_LENGTH:
            raise RefusedError(codes.PIN_UNUSABLE)
        self._compare(account, request.fields["pin"])
        return PinResult(account.number)

    def change(self, request: CoreRequest) -> PinChangeResult:
        """Also of an account whose PIN is too short, or locked when no old one is given."""
        account, wanted = self._open(request), request.fields["newPin"]
        old = request.fields.get("oldPin")
        if old is not None:
            self._compare(account, old)
        if len(wanted) != PIN_LENGTH or wanted == account.pin:
            raise RefusedError(codes.PIN_NOT_ALLOWED)
        self._register.set_pin(account.number, wanted)
        return PinChangeResult(self._calendar.now())

    def _open(self, request: CoreRequest) -> CoreAccount:
        account = self._register.account(request.fields["account"])
        if account.status is AccountStatus.CLOSED:
            raise RefusedError(codes.ACCOUNT_CLOSED)
        return account

    def _compare(self, account: CoreAccount, pin: str) -> None:
        if account.pin_failures >= PIN_TRIES:
            raise RefusedError(codes.PIN_LOCKED)
        if pin != account.pin:
            failures = account.pin_failures + 1
            self._register.accounts.put(account.number, replace(account, pin_failures=failures))
            raise RefusedError(codes.PIN_LOCKED if failures >= PIN_TRIES else codes.PIN_WRONG)
        if account.pin_failures:
            self._register.accounts.put(account.number, replace(account, pin_failures=0))
