"""Answered enquiries as the journal takes them: no more than an enquiry has, for they are most of what happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tellerline.adapters.store.statements import Values
from tellerline.gateway.journal.records import State
from tellerline.gateway.journal.rows import micros, storable
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect

_ENQUIRY = Effect.ENQUIRY.value


@dataclass(slots=True, kw_only=True)
class Enquiry:
    """What its ``Record`` says, and read back is: due when accepted, without amount, limits, hash and outcome."""

    global_serial: str
    channel: str
    channel_serial: str
    operation: str
    host: str
    customer: str
    account: str
    state: State
    accepted_at: datetime
    settled_at: datetime
    owner: str
    command: bytes = field(repr=False)
    host_serial: str
    accounting_date: str
    code: Code | None
    agent: str
    call: str
    terminal: str
    branch: str
    trace: str


def enquiry_values(enquiry: Enquiry) -> Values:
    """As ``rows.record_values`` of its record."""
    accepted_at = micros(enquiry.accepted_at)
    return (
        enquiry.global_serial,
        enquiry.channel,
        enquiry.channel_serial,
        b"",
        enquiry.operation,
        _ENQUIRY,
        enquiry.host,
        enquiry.customer,
        enquiry.account,
        None,
        "",
        "",
        enquiry.state.value,
        accepted_at,
        accepted_at,
        micros(enquiry.settled_at),
        enquiry.owner,
        enquiry.command,
        b"",
        storable(enquiry.host_serial),
        storable(enquiry.accounting_date),
        enquiry.code.value if enquiry.code else "",
        enquiry.agent,
        enquiry.call,
        enquiry.terminal,
        enquiry.branch,
        enquiry.trace,
        0,
    )
