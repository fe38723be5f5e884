"""A host's day file: what was done, on its day, by reference; reversals, refusals and other days are not in it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tellerline.adapters.clock import VirtualClock
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.dayfile import COLUMNS, day_file, day_lines, write_day_file
from tellerline.simulators.hosting.references import Handled, ReferenceBook
from tellerline.simulators.hosting.reversals import undo
from tellerline.simulators.ledger import Ledger, Leg, Transaction

DAY, OTHER = "2026-03-02", "2026-03-03"


@dataclass
class PlainReply:
    host_serial: str
    accounting_date: str


@dataclass
class PlainHost:
    """The part of a host that a day file needs, with two accounts of customers."""

    name: str = "plain"
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(datetime(2026, 3, 2, 4, tzinfo=UTC)))
    ledger: Ledger = field(default_factory=Ledger)
    references: ReferenceBook[PlainReply] = field(default_factory=ReferenceBook)

    def __post_init__(self) -> None:
        self.calendar = BankCalendar(self.clock)
        self.ledger.open("A1", "CNY", overdraft=10**6)
        self.ledger.open("A2", "JPY")
        self.ledger.internal("OURS", "CNY")

    @property
    def books(self) -> tuple[Any, ...]:
        return self.ledger, self

    def book(self, reference: str, legs: tuple[Leg, ...], content: tuple[object, ...], day: str = DAY) -> Transaction:
        serial = f"P{reference}"
        transaction = self.ledger.post(
            legs, serial=serial, booking_date=day, booked_at=f"{day}T12:00:00+08:00", kind="T", reference=reference
        )
        self.remember(reference, content, transaction=transaction, day=day)
        return transaction

    def remember(self, reference: str, content: tuple[object, ...], *, day: str = DAY, **more: Any) -> None:
        reply = PlainReply(f"P{reference}", day)
        handled = Handled(operation="Pay", content=content, reply=reply, **({"done": True} | more))
        self.references.remember(reference, handled)


def paid(counterparty: str = "") -> tuple[Leg, ...]:
    return Leg("A1", -1_050, counterparty), Leg("OURS", 1_050, "A1")


def test_lines_are_sorted_and_of_one_day() -> None:
    host = PlainHost()
    host.book("B", paid(), ("A1",))
    host.book("A", paid(), ("A1",))
    host.book("C", paid(), ("A1",), OTHER)
    lines = day_lines(host, DAY)  # type: ignore[arg-type]
    assert [(line.reference, line.account, line.amount, line.currency, line.state) for line in lines] == [
        ("A", "A1", "10.50", "CNY", "DONE"),
        ("B", "A1", "10.50", "CNY", "DONE"),
    ]


def test_the_account_is_the_one_that_the_request_named_on_either_side_of_a_leg() -> None:
    host = PlainHost()
    host.book("A", paid("BANK-ACCOUNT"), (("account", "BANK-ACCOUNT"), ("amount", 1_050)))
    host.book("B", paid("X"), ("somebody else",))
    assert [line.account for line in day_lines(host, DAY)] == ["BANK-ACCOUNT", ""]  # type: ignore[arg-type]


def test_what_was_undone_is_reversed_and_the_undoing_has_no_line() -> None:
    host = PlainHost()
    host.book("A", paid(), ("A1",))
    serial = "PAR"
    undo(
        host.references,
        host.ledger,
        host.calendar,
        reference="A",
        operation="Pay",
        serial=serial,
        matches=lambda _: True,
    )
    host.remember("AR", ("A",))
    host.remember("AB", ("A1",), done=False)
    assert [(line.reference, line.state) for line in day_lines(host, DAY)] == [("A", "REVERSED")]  # type: ignore[arg-type]


def test_what_moves_no_money_has_no_amount() -> None:
    host = PlainHost()
    host.remember("A", ("A1",))
    (line,) = day_lines(host, DAY)  # type: ignore[arg-type]
    assert (line.account, line.amount, line.currency, line.accounting_date) == ("", "", "", DAY)


def test_the_file_has_a_head_and_a_foot(tmp_path: Path) -> None:
    host = PlainHost()
    host.book("A", paid(), ("A1",))
    path = write_day_file(host, DAY, host.calendar, tmp_path)  # type: ignore[arg-type]
    assert path.name == "plain-2026-03-02.csv"
    text = path.read_text("utf-8")
    assert text == day_file(host, DAY, host.calendar)  # type: ignore[arg-type]
    head, columns, line, foot = csv.reader(io.StringIO(text))
    assert head == ["#day", "plain", DAY, "2026-03-02T12:00:00+08:00"]
    assert tuple(columns) == COLUMNS
    assert line[0] == "A"
    assert foot == ["#end", "1"]
