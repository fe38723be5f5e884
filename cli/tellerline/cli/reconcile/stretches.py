"""A day cut into stretches of references, each one request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tellerline.cli.reconcile.day_file import Head, Line

_LINES = 1_000
_SERIAL = re.compile(r"[0-9A-Z]{26}")
"""What a stretch may end with: a global serial, whose order the journal is certain of."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines above ``after``, up to and with ``until``; empty bounds are the day's own."""

    after: str
    until: str
    lines: tuple[Line, ...]


def stretches(lines: Iterable[Line], most: int = _LINES) -> Iterator[Stretch]:
    """One after the other without a gap; lines of one reference stay together. An empty day is one stretch."""
    after, part = "", list[Line]()
    for line in lines:
        if len(part) >= most and line.reference != part[-1].reference and _SERIAL.fullmatch(part[-1].reference):
            yield Stretch(after, part[-1].reference, tuple(part))
            after, part = part[-1].reference, []
        part.append(line)
    yield Stretch(after, "", tuple(part))


def request_of(stretch: Stretch, head: Head, host: str) -> dict[str, Any]:
    """Without the context."""
    return {
        "host": f"hosts/{host}",
        "accounting_date": date_of(head.accounting_date),
        "produce_time": head.written_at.isoformat(),
        "after_reference": stretch.after,
        "until_reference": stretch.until,
        "entries": [_entry(line) for line in stretch.lines],
    }


def date_of(day: str) -> dict[str, int]:
    year, month, number = day.split("-")
    return {"year": int(year), "month": int(month), "day": int(number)}


def _entry(line: Line) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "reference": line.reference,
        "operation": line.operation,
        "account_number": line.account,
        "reversed": line.state == "REVERSED",
        "accounting_date": date_of(line.accounting_date),
        "host_serial": line.host_serial,
    }
    if line.amount:
        entry["amount"] = _money(line)
    return entry


def _money(line: Line) -> dict[str, Any]:
    amount = Decimal(line.amount)
    units = int(amount)
    nanos = int((amount - units).scaleb(9))
    return {"currency_code": line.currency, "units": str(units), "nanos": nanos}
