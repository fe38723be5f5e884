"""Facts by number, for whoever tests their keeping."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tellerline.callcenter.live.records import Entry, Recorded

START = datetime(2026, 3, 2, 1, 0, 0, 123456, tzinfo=UTC)


def entry(number: int) -> Entry:
    """Of agent 0, 1 or 2, of one of five calls, of one of two queues."""
    return Entry(
        at=START + timedelta(seconds=number),
        kind="CALL_QUEUED",
        body=f'{{"number":{number}}}'.encode(),
        agent=f"agent-{number % 3}",
        call=f"call-{number % 5}",
        queue=f"queue-{number % 2}",
    )


def entries(first: int, last: int) -> list[Entry]:
    return [entry(number) for number in range(first, last + 1)]


def recorded(first: int, last: int) -> Sequence[Recorded]:
    """Those that are written at these positions."""
    return [Recorded(number, entry(number)) for number in range(first, last + 1)]
