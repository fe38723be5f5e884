"""A transaction's whole history: what its record says, and the events stored beside it."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from tellerline.gateway.journal.records import FINAL_STATES, Event, Record
from tellerline.routing.model.command import Effect


def beginning(record: Record, stored: Sequence[Event]) -> list[Event]:
    """Acceptance and the stored events, in the order in which they were written: it only ever grows at its end."""
    if record.effect is Effect.ENQUIRY:
        return list(stored)
    detail = {"channel": record.channel, "channel_serial": record.channel_serial, "owner": record.owner}
    return [Event(at=record.accepted_at, kind="accepted", detail=orjson.dumps(detail)), *stored]


def ending(record: Record) -> Event | None:
    """The settlement, once the state is final."""
    if record.state not in FINAL_STATES or record.settled_at is None:
        return None
    facts = {
        "state": record.state.value,
        "code": record.code.value if record.code else "",
        "host_serial": record.host_serial,
        "accounting_date": record.accounting_date,
    }
    detail = orjson.dumps({name: value for name, value in facts.items() if value})
    return Event(at=record.settled_at, kind="settled", detail=detail)


def whole(record: Record, stored: Sequence[Event]) -> list[Event]:
    """All of it by time; what came after the settlement (evidence) stands behind it."""
    end = ending(record)
    events = beginning(record, stored)
    if end is None:
        return events
    before = [event for event in events if event.at <= end.at]
    return [*before, end, *events[len(before) :]]
