"""A host on a queue: one record in, one reply out, in one step of the event loop."""

from __future__ import annotations

from collections.abc import Callable

from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import OK, REFUSED, REVERSED_BEFORE_ARRIVAL, RefusedError
from tellerline.simulators.hosting.copybook import Row
from tellerline.simulators.hosting.references import Handled, ReferenceBook
from tellerline.simulators.hosting.reversals import undo
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import BookingDateError, Ledger, Transaction
from tellerline.simulators.records.layout import Layout, flag
from tellerline.simulators.records.reply import Reply

Booked = tuple[Row, Transaction | None]


class RecordHost:
    """Echo, inquiry and reversal, by message type; a subclass adds what else it is asked.

    What goes through ``once`` is idempotent by reference: the same request gets the same reply, refusals included; the
    same reference with other content is refused with 1401 and not remembered. Where a clock set back would book before
    what an account already has, the host refuses with 9999.
    """

    def __init__(self, ledger: Ledger, calendar: BankCalendar, layout: Layout, serials: Serials, version: str) -> None:
        self.ledger = ledger
        self.calendar = calendar
        self.layout = layout
        self.references: ReferenceBook[Reply] = ReferenceBook()
        self._serials = serials
        self.enquiries: dict[str, Callable[[Row], Row]] = {
            "ECHO": lambda _: {"HOST-VERSION": version},
            "INQUIRE": self._inquire,
        }
        self.changes: dict[str, Callable[[str, Row], Reply]] = {"REVERSE": self._reverse}

    def handle(self, message_type: str, reference: str, row: Row) -> Reply:
        """Answer one request; ``KeyError`` for a message type that nobody handles."""
        enquiry = self.enquiries.get(message_type)
        try:
            if enquiry is None:
                return self.changes[message_type](reference, row)
            return self.reply(reference, fields=enquiry(row))
        except RefusedError as refused:
            return self.reply(reference, host_code=refused.code)

    def once(
        self, message_type: str, reference: str, content: tuple[object, ...], change: Callable[[str], Booked]
    ) -> Reply:
        """What was answered to this request before, or what ``change`` makes of it now under a new host serial."""
        known = self.references.repeat(reference, content)
        if known is not None:
            return known
        serial = self._serials.next(self.calendar.accounting_date())
        transaction: Transaction | None = None
        try:
            fields, transaction = change(serial)
            reply = self.reply(reference, serial=serial, fields=fields)
        except RefusedError as refused:
            reply = self.reply(reference, host_code=refused.code, serial=serial)
        except BookingDateError:
            reply = self.reply(reference, host_code=REFUSED, serial=serial)
        handled = Handled(
            operation=message_type, content=content, reply=reply, done=reply.done, transaction=transaction
        )
        self.references.remember(reference, handled)
        return reply

    def reply(self, reference: str, *, host_code: str = OK, serial: str = "", fields: Row | None = None) -> Reply:
        return Reply(
            reference=reference,
            host_code=host_code,
            accounting_date=self.calendar.accounting_date(),
            host_serial=serial,
            fields=fields or {},
        )

    def moved(self, original: Handled[Reply]) -> tuple[str, str, int] | None:
        """Account, currency and amount that a reversal of ``original`` may name; None: it cannot be reversed."""
        return None

    def taken_back(self, original: Handled[Reply]) -> bool:
        """Undo an original that booked nothing in the ledger; False where that is not possible, and nothing changes."""
        return False

    def undone(self, original: Handled[Reply]) -> None:
        """Take back what ``original`` did beside its booking, which is reversed already."""

    def snapshot(self) -> None:
        """The references; the ledger is its owner's to snapshot."""
        self.references.snapshot()

    def reset(self) -> None:
        self.references.reset()

    def _reverse(self, reference: str, row: Row) -> Reply:
        names = ("ORIGINAL-REFERENCE", "ORIGINAL-MESSAGE-TYPE", "ORIGINAL-ACCOUNT", "AMOUNT-GIVEN", "AMOUNT")
        content = tuple(row[name] for name in names)
        return self.once("REVERSE", reference, content, lambda serial: (self._undo(row, serial), None))

    def _undo(self, row: Row, serial: str) -> Row:
        reference, operation = str(row["ORIGINAL-REFERENCE"]), str(row["ORIGINAL-MESSAGE-TYPE"])
        original = self.references.find(reference)
        if original is not None and self._takes_back(original, operation, row):
            self.references.mark_reversed(reference)
            return {"EFFECTIVE": flag(True)}
        undone = undo(
            self.references,
            self.ledger,
            self.calendar,
            reference=reference,
            operation=operation,
            serial=serial,
            matches=lambda original: self._matches(original, row),
        )
        if undone is not None:
            self.undone(undone)
        return {"EFFECTIVE": flag(undone is not None)}

    def _takes_back(self, original: Handled[Reply], operation: str, row: Row) -> bool:
        if not original.done or original.reversed or original.transaction is not None:
            return False
        return original.operation == operation and self._matches(original, row) and self.taken_back(original)

    def _matches(self, original: Handled[Reply], row: Row) -> bool:
        """Whether the account and amount that a reversal names, if it names them, are those of the original."""
        moved = self.moved(original)
        if moved is None or row["ORIGINAL-ACCOUNT"] not in ("", moved[0]):
            return False
        return row["AMOUNT-GIVEN"] != "Y" or (row["CURRENCY"], row["AMOUNT"]) == moved[1:]

    def _inquire(self, row: Row) -> Row:
        reference = str(row["ORIGINAL-REFERENCE"])
        handled = self.references.find(reference)
        if handled is not None:
            return self.layout.original(handled.operation, handled.reply, reversed_since=handled.reversed)
        buried = self.references.buried(reference)
        if buried is None:
            return {"FOUND": "N", "REVERSED": "N"}
        return self.layout.original(
            buried, self.reply(reference, host_code=REVERSED_BEFORE_ARRIVAL), reversed_since=False
        )
