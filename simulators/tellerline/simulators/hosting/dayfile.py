"""A host's day as the file that it hands over after cut-over: a line for each thing that was done."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.host import SimulatedHost
from tellerline.simulators.hosting.references import Handled, ReferenceBook
from tellerline.simulators.ledger import Ledger
from tellerline.simulators.ledger.money import major_units


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """``state`` is DONE, or REVERSED for what was undone since. ``amount`` is in major units.

    Account, amount and currency are empty where no money was booked.
    """

    reference: str
    operation: str
    account: str
    amount: str
    currency: str
    state: str
    accounting_date: str
    host_serial: str


COLUMNS = tuple(field.name for field in fields(DayLine))


def day_lines(host: SimulatedHost, accounting_date: str) -> list[DayLine]:
    """What ``host`` booked or changed on ``accounting_date``, by reference."""
    lines = [_line(host.ledger, reference, handled) for reference, handled in _kept(host)]
    return sorted((line for line in lines if line.accounting_date == accounting_date), key=lambda line: line.reference)


def day_file(host: SimulatedHost, accounting_date: str, calendar: BankCalendar) -> str:
    """CSV between a head (host, date, when it was written) and a foot (how many lines), both marked with ``#``."""
    lines = day_lines(host, accounting_date)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("#day", host.name, accounting_date, calendar.now()))
    writer.writerow(COLUMNS)
    writer.writerows(astuple(line) for line in lines)
    writer.writerow(("#end", len(lines)))
    return text.getvalue()


def write_day_file(host: SimulatedHost, accounting_date: str, calendar: BankCalendar, directory: Path) -> Path:
    """``HOST-DATE.csv`` in ``directory``, whole or not at all."""
    path = directory / f"{host.name}-{accounting_date}.csv"
    draft = path.with_suffix(".tmp")
    draft.write_text(day_file(host, accounting_date, calendar), "utf-8")
    return draft.replace(path)


def _kept(host: SimulatedHost) -> Iterator[tuple[str, Handled[Any]]]:
    for books in host.books:
        book = getattr(books, "references", None)
        if isinstance(book, ReferenceBook):
            yield from book.kept()


def _line(ledger: Ledger, reference: str, handled: Handled[Any]) -> DayLine:
    account, amount, currency = _customers_leg(ledger, handled)
    booked = handled.transaction
    return DayLine(
        reference=reference,
        operation=handled.operation,
        account=account,
        amount=amount,
        currency=currency,
        state="REVERSED" if handled.reversed else "DONE",
        accounting_date=booked.booking_date if booked else handled.reply.accounting_date,
        host_serial=handled.reply.host_serial,
    )


def _customers_leg(ledger: Ledger, handled: Handled[Any]) -> tuple[str, str, str]:
    """The account that the request named and the amount that moved on its behalf; at this host or, as the other side of
    a leg, at the bank's own."""
    if handled.transaction is None:
        return "", "", ""
    named = frozenset(_words(handled.content))
    sides = [(side, leg) for leg in handled.transaction.legs for side in (leg.account, leg.counterparty_account)]
    account, leg = next(((side, leg) for side, leg in sides if side in named), ("", handled.transaction.legs[0]))
    if leg.account not in ledger:
        return account, "", ""
    currency = ledger.account(leg.account).currency
    return account, major_units(abs(leg.amount), currency), currency


def _words(content: object) -> Iterator[str]:
    """Every text in what was asked."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, tuple):
        for part in content:
            yield from _words(part)
    elif is_dataclass(content) and not isinstance(content, type):
        yield from _words(astuple(content))
