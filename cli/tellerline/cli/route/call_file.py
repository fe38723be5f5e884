"""The call record of the "Anonymous Bank" (Technion; I. Guedj, A. Mandelbaum), read as it is: tabs, dates as yymmdd.

Times of day belong to the date of the call's begin, or to the next day where that is the only way they follow on it.
PHANTOM rows are no calls and are left out. The priority of a call that did not wait stands as 0 in the file, whatever
the customer: there it is not known.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tellerline.routing.staffing.record import RecordedCall

COLUMNS = (
    "vru+line",
    "call_id",
    "customer_id",
    "priority",
    "type",
    "date",
    "vru_entry",
    "vru_exit",
    "vru_time",
    "q_start",
    "q_exit",
    "q_time",
    "outcome",
    "ser_start",
    "ser_exit",
    "ser_time",
    "server",
)
_NOBODY = "NO_SERVER"
_PHANTOM = "PHANTOM"
_OUTCOMES = ("AGENT", "HANG", _PHANTOM)
_EARLIER = timedelta(hours=1)
"""Clocks of switch and IVR differ by seconds; a time that lies further back belongs to the next day."""

_MOST_SHOWN = 10


class CallFileError(Exception):
    """The file cannot be read; names each wrong line, the first ten of them."""


def read_calls(path: Path) -> list[RecordedCall]:
    """The calls in the order in which they asked for an agent; seconds count from 1970 on the bank's own wall clock."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CallFileError(f"{path}: {error}") from error
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        raise CallFileError(f"{path}:1: the columns are not {', '.join(COLUMNS)}")
    calls: dict[str, RecordedCall] = {}
    wrong: list[str] = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            call = _call(line)
            if call is not None and call.id in calls:
                raise ValueError(f"call {call.id} stands in the file twice")
        except ValueError as error:
            wrong.append(f"{path}:{number}: {error}")
        else:
            if call is not None:
                calls[call.id] = call
    if wrong:
        more = [f"and {len(wrong) - _MOST_SHOWN} more"] if len(wrong) > _MOST_SHOWN else []
        raise CallFileError("\n".join([*wrong[:_MOST_SHOWN], *more]))
    if not calls:
        raise CallFileError(f"{path}: no call in it")
    return sorted(calls.values(), key=lambda call: (call.asked, call.id))


def _call(line: str) -> RecordedCall | None:
    values = line.split("\t")
    if len(values) != len(COLUMNS):
        raise ValueError(f"{len(values)} columns instead of {len(COLUMNS)}")
    row = dict(zip(COLUMNS, values, strict=True))
    if row["outcome"] not in _OUTCOMES:
        raise ValueError(f"outcome {row['outcome']!r} is none of {', '.join(_OUTCOMES)}")
    if row["outcome"] == _PHANTOM:
        return None
    entered = _day(row["date"]) + _time(row, "vru_entry")
    asked = entered + timedelta(seconds=_seconds(row, "vru_time"))
    waited, served = _whole(row, "q_time"), row["outcome"] == "AGENT"
    queued = waited > 0 or bool(_time(row, "q_start"))
    begin = _after(entered, row, "ser_start") if served else asked + timedelta(seconds=waited)
    return RecordedCall(
        id=f"{row['vru+line']}-{row['call_id']}",
        kind=row["type"],
        tier=_tier(row, waited),
        asked=asked.timestamp(),
        waited=float(waited),
        queued=queued,
        served=served,
        begin=begin.timestamp(),
        end=begin.timestamp() + (_whole(row, "ser_time") if served else 0),
        agent=row["server"] if served and row["server"] != _NOBODY else None,
    )


def _tier(row: dict[str, str], waited: int) -> int | None:
    tier = _whole(row, "priority")
    return tier if waited or tier else None


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%y%m%d").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError(f"date {text!r} is no date of the form yymmdd") from None


def _time(row: dict[str, str], name: str) -> timedelta:
    hours, _, rest = row[name].partition(":")
    minutes, _, seconds = rest.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and seconds.isdigit()) or int(minutes) > 59 or int(seconds) > 59:
        raise ValueError(f"{name} {row[name]!r} is no time of the form h:mm:ss")
    return timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))


def _after(entered: datetime, row: dict[str, str], name: str) -> datetime:
    midnight = entered.replace(hour=0, minute=0, second=0)
    found = midnight + _time(row, name)
    return found if found >= entered - _EARLIER else found + timedelta(days=1)


def _seconds(row: dict[str, str], name: str) -> int:
    """In a few rows of the file the IVR's exit lies up to 75 s before its entry; the queue begins at the exit."""
    return -_whole(row | {name: row[name][1:]}, name) if row[name].startswith("-") else _whole(row, name)


def _whole(row: dict[str, str], name: str) -> int:
    if not row[name].isdigit():
        raise ValueError(f"{name} {row[name]!r} is no whole number")
    return int(row[name])
