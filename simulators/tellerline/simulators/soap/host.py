"""A host behind SOAP: one request in, one reply out, everything in between in one step of the event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import (
    OK,
    REFUSED,
    REVERSAL_MISMATCH,
    REVERSED_BEFORE_ARRIVAL,
    RefusedError,
)
from tellerline.simulators.hosting.references import Handled, ReferenceBook
from tellerline.simulators.hosting.reversals import undo
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import BookingDateError, Ledger, Transaction
from tellerline.simulators.ledger.money import minor_units
from tellerline.simulators.soap.messages import EchoResult, OriginalResult, Reply, ReversalResult, SoapRequest

Booked = tuple[object, Transaction | None]


class SoapHost:
    """Handles requests whose shape the contract has already checked; a subclass adds what it is asked.

    Everything in ``changes`` is idempotent by reference when it goes through ``once``: the same request gets the same
    reply, refusals included; the same reference with other content is refused with 1401 and not remembered. Where a
    clock set back would book before what an account already has, the host refuses with 9999.
    """

    def __init__(self, ledger: Ledger, calendar: BankCalendar, serials: Serials, version: str) -> None:
        self.ledger = ledger
        self.calendar = calendar
        self.references: ReferenceBook[Reply[Any]] = ReferenceBook()
        self._serials = serials
        self.enquiries: dict[str, Callable[[SoapRequest], object]] = {
            "Echo": lambda _: EchoResult(version),
            "InquireTransaction": self._inquire,
        }
        self.changes: dict[str, Callable[[SoapRequest], Reply[Any]]] = {"ReverseTransaction": self._reverse}

    def handle(self, request: SoapRequest) -> Reply[Any]:
        """Answer one request; ``KeyError`` for an operation that the contract does not have."""
        enquiry = self.enquiries.get(request.operation)
        try:
            if enquiry is None:
                return self.changes[request.operation](request)
            return self.reply(request, result=enquiry(request))
        except RefusedError as refused:
            return self.reply(request, host_code=refused.code)

    def once(self, request: SoapRequest, content: tuple[object, ...], change: Callable[[str], Booked]) -> Reply[Any]:
        """What was answered to this request before, or what ``change`` makes of it now under a new host serial."""
        known = self.references.repeat(request.reference, content)
        if known is not None:
            return known
        serial = self._serials.next(self.calendar.accounting_date())
        transaction: Transaction | None = None
        try:
            result, transaction = change(serial)
            reply = self.reply(request, serial=serial, result=result)
        except RefusedError as refused:
            reply = self.reply(request, host_code=refused.code, serial=serial)
        except BookingDateError:
            reply = self.reply(request, host_code=REFUSED, serial=serial)
        self.references.remember(
            request.reference,
            Handled(
                operation=request.operation, content=content, reply=reply, done=reply.done, transaction=transaction
            ),
        )
        return reply

    def reply(
        self, request: SoapRequest, *, host_code: str = OK, serial: str = "", result: object | None = None
    ) -> Reply[Any]:
        return Reply(
            reference=request.reference,
            host_code=host_code,
            accounting_date=self.calendar.accounting_date(),
            host_serial=serial,
            result=result,
        )

    def snapshot(self) -> None:
        """Of what the host keeps beside the ledger, which is snapshot apart."""
        self.references.snapshot()

    def reset(self) -> None:
        self.references.reset()

    def moved(self, original: Handled[Reply[Any]]) -> tuple[str, str, int] | None:
        """Account, currency and amount that a reversal of ``original`` may name; None: it cannot be reversed."""
        return None

    def undone(self, original: Handled[Reply[Any]]) -> None:
        """Take back what ``original`` did beside its booking, which is reversed already."""

    def _reverse(self, request: SoapRequest) -> Reply[Any]:
        content = tuple(sorted(request.fields.items()))
        return self.once(request, content, lambda serial: (self._undo(request, serial), None))

    def _undo(self, request: SoapRequest, serial: str) -> ReversalResult:
        undone = undo(
            self.references,
            self.ledger,
            self.calendar,
            reference=request.fields["originalReference"],
            operation=request.fields["originalOperation"],
            serial=serial,
            matches=lambda original: self._matches(original, request),
            unbooked=lambda original: self.moved(original) is not None,
        )
        if undone is not None:
            self.undone(undone)
        return ReversalResult(undone is not None)

    def _matches(self, original: Handled[Reply[Any]], request: SoapRequest) -> bool:
        """Whether the account and amount that a reversal names, if it names them, are those of the original."""
        moved = self.moved(original)
        if moved is None or request.fields.get("originalAccount") not in (None, moved[0]):
            return False
        currency = request.fields.get("amount/currency")
        if currency is None:
            return True
        try:
            amount = minor_units(request.fields["amount/value"], currency)
        except ValueError:
            raise RefusedError(REVERSAL_MISMATCH) from None
        return (currency, amount) == moved[1:]

    def _inquire(self, request: SoapRequest) -> OriginalResult:
        reference = request.fields["originalReference"]
        handled = self.references.find(reference)
        if handled is not None:
            return OriginalResult(operation=handled.operation, original=handled.reply, reversed=handled.reversed)
        buried = self.references.buried(reference)
        if buried is None:
            return OriginalResult()
        refused: Reply[Any] = Reply(
            reference=reference, host_code=REVERSED_BEFORE_ARRIVAL, accounting_date=self.calendar.accounting_date()
        )
        return OriginalResult(operation=buried, original=refused)
