"""Call files of the Technion's "Anonymous Bank" format, written from recorded calls or row by row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from tellerline.cli.route.call_file import COLUMNS
from tellerline.routing.staffing.record import RecordedCall

_ROW = {
    "vru+line": "AA0101",
    "call_id": "1",
    "customer_id": "0",
    "priority": "0",
    "type": "PS",
    "date": "990201",
    "vru_entry": "7:00:00",
    "vru_exit": "7:00:10",
    "vru_time": "10",
    "q_start": "0:00:00",
    "q_exit": "0:00:00",
    "q_time": "0",
    "outcome": "AGENT",
    "ser_start": "7:00:10",
    "ser_exit": "7:01:40",
    "ser_time": "90",
    "server": "DORIT",
}


def row(**fields: str) -> str:
    """A call that did not wait, unless told otherwise; ``line`` stands for ``vru+line``."""
    if "line" in fields:
        fields["vru+line"] = fields.pop("line")
    return "\t".join({**_ROW, **fields}[column] for column in COLUMNS)


def write(path: Path, rows: Iterable[str]) -> Path:
    path.write_text("\n".join(["\t".join(COLUMNS), *rows]) + "\n", encoding="utf-8")
    return path


def rows_of(calls: Iterable[RecordedCall]) -> Iterable[str]:
    """Calls of the first days of February 1999, instants counted from its begin; whole seconds."""
    start = datetime(1999, 2, 1, tzinfo=UTC).timestamp()
    for call in calls:
        asked, waited = start + round(call.asked), round(call.waited)
        begin = asked + waited
        service = max(1, round(call.service))
        fields = {
            "call_id": call.id,
            "priority": str(call.tier or 0),
            "type": call.kind,
            "date": _text(asked, "%y%m%d"),
            "vru_entry": _text(asked, "%H:%M:%S"),
            "vru_exit": _text(asked, "%H:%M:%S"),
            "vru_time": "0",
        }
        if call.queued:
            queue = {"q_start": _text(asked, "%H:%M:%S"), "q_exit": _text(begin, "%H:%M:%S"), "q_time": str(waited)}
            fields |= queue
        if call.served:
            served = {"ser_start": _text(begin, "%H:%M:%S"), "ser_exit": _text(begin + service, "%H:%M:%S")}
            fields |= served | {"ser_time": str(service), "server": call.agent or "NO_SERVER"}
        else:
            gone = {"outcome": "HANG", "ser_start": "0:00:00", "ser_exit": "0:00:00", "ser_time": "0"}
            fields |= gone | {"server": "NO_SERVER"}
        yield row(**fields)


def _text(instant: float, form: str) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime(form)
