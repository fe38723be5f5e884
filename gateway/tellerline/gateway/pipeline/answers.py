"""What is answered, worked out from what is stored: the first answer and every repetition come from the same place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tellerline.gateway.hosts.gate import CANNOT_BUILD
from tellerline.gateway.journal.codec import NotInJournalError, outcome_from_json
from tellerline.gateway.journal.records import OverLimit, Record, State
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Done, NotSent, Outcome, Rejected, Unknown

WAITING = Unknown(code=Code.HOST_CLOSED_FOR_MAINTENANCE, reason="queued")
"""Of what is ``QUEUED``."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal before it is raised: several callers may be told the same."""

    code: Code
    metadata: Mapping[str, str] = field(default_factory=dict)
    violations: tuple[FieldViolation, ...] = ()

    def error(self) -> RefusalError:
        return RefusalError(self.code, metadata=self.metadata, violations=self.violations)


Ending = Settled | Refused


def conclude(ending: Ending) -> Settled:
    """Return what is settled, raise what is refused."""
    if isinstance(ending, Refused):
        raise ending.error()
    return ending


def refusal(outcome: Rejected | NotSent | Unknown, *, host: str, global_serial: str = "") -> Refused:
    """A host's no, or its silence, as a refusal. The host's own text stays inside."""
    metadata = {"host": host}
    if global_serial:
        metadata["global_serial"] = global_serial
    if isinstance(outcome, Rejected):
        if outcome.host_code:
            metadata["host_code"] = outcome.host_code
        return Refused(outcome.code, metadata)
    metadata["reason"], _, name = outcome.reason.partition(":")
    if isinstance(outcome, NotSent) and outcome.until:
        metadata["back_at"] = outcome.until
    if metadata["reason"] == CANNOT_BUILD:
        return Refused(outcome.code, metadata, (FieldViolation(name, "does_not_fit_the_host"),))
    return Refused(outcome.code, metadata)


def over_limit(verdict: OverLimit, *, currency: str) -> Refused:
    """A limit's no, with the figures that a channel may show."""
    return Refused(
        verdict.code,
        {
            "currency": currency,
            "single": str(verdict.limits.single),
            "daily": str(verdict.limits.daily),
            "count": str(verdict.limits.count),
            "used_total": str(verdict.usage.total),
            "used_count": str(verdict.usage.count),
        },
    )


def other_payload(global_serial: str) -> Refused:
    """A channel serial that stands for something else already."""
    return Refused(Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD, {"global_serial": global_serial})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The facts that an answer is made of, from the row or from what has just been written into it."""

    global_serial: str
    channel_serial: str
    host: str
    state: State
    outcome: Outcome
    accepted_at: datetime
    settled_at: datetime | None = None
    host_serial: str = ""
    accounting_date: str = ""
    send_at: datetime | None = None


def ending_of(standing: Standing) -> Ending:
    """``DONE`` and what is not final yet are settled; everything else is a refusal, the same each time."""
    outcome, done = standing.outcome, standing.state is State.DONE
    if isinstance(outcome, Rejected | NotSent):
        return refusal(outcome, host=standing.host, global_serial=standing.global_serial)
    return Settled(
        global_serial=standing.global_serial,
        channel_serial=standing.channel_serial,
        state=standing.state,
        outcome=outcome,
        host_serial=standing.host_serial,
        accounting_date=standing.accounting_date,
        accepted_at=standing.accepted_at,
        settled_at=(standing.settled_at if done else None) or standing.accepted_at,
        host=standing.host,
        send_at=standing.send_at,
    )


def recorded(record: Record) -> Ending:
    """The answer that a row stands for. A row still ``PENDING`` is answered as in doubt."""
    state = State.IN_DOUBT if record.state is State.PENDING else record.state
    outcome = stored_outcome(record)
    if state is State.QUEUED:
        outcome = WAITING
    elif outcome is None or (state in (State.IN_DOUBT, State.MANUAL) and not isinstance(outcome, Unknown)):
        outcome = Unknown(code=Code.OUTCOME_UNKNOWN, reason="not_settled")
    return ending_of(
        Standing(
            global_serial=record.global_serial,
            channel_serial=record.channel_serial,
            host=record.host,
            state=state,
            outcome=outcome,
            accepted_at=record.accepted_at,
            settled_at=record.settled_at,
            host_serial=record.host_serial,
            accounting_date=record.accounting_date,
            send_at=send_at(record),
        )
    )


def send_at(record: Record) -> datetime | None:
    """When something that waits for its host should be sent; None if the host gave no time, or it waits no more."""
    return record.due_at if record.state is State.QUEUED and record.code is None else None


def stored_outcome(record: Record) -> Outcome | None:
    """None when there is none yet, or none that this version can read."""
    if not record.outcome:
        return None
    try:
        return outcome_from_json(record.outcome)
    except NotInJournalError:
        return None


def in_words(outcome: Outcome) -> str:
    """A stable word for logs and metrics."""
    return "DONE" if isinstance(outcome, Done) else outcome.code.value
