"""The journal's frozen values as rows of its tables, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from tellerline.gateway.journal.records import (
    FINAL_STATES,
    Acceptance,
    CaseEnding,
    Customer,
    Doubt,
    DoubtStage,
    Event,
    Grant,
    Limits,
    Record,
    RegisteredAccount,
    Resolution,
    Settlement,
    State,
    Verdict,
)
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect
from tellerline.routing.model.money import Money

Row = Sequence[Any]
Values = tuple[Any, ...]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STATES = {str(state): state for state in State}
_EFFECTS = {str(effect): effect for effect in Effect}
_CODES: dict[str, Code | None] = {"": None, **{str(code): code for code in Code}}


def micros(instant: datetime) -> int:
    """Microseconds since 1970 UTC, exactly."""
    elapsed = instant - _EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds


def instant(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


def storable(text: str) -> str:
    """A host's word without the zero bytes that some fill fields with: PostgreSQL keeps any character but that."""
    return text.replace("\0", "") if "\0" in text else text


def _maybe_instant(value: int | None) -> datetime | None:
    return None if value is None else instant(value)


def code(word: str) -> Code | None:
    """None for the empty word."""
    return _CODES[word]


def acceptance_values(acceptance: Acceptance, state: str = "PENDING") -> Values:
    """All columns of a new transaction but the claim's, in the table's order."""
    amount = acceptance.amount
    return (
        acceptance.global_serial,
        acceptance.channel,
        acceptance.channel_serial,
        acceptance.payload_hash,
        acceptance.operation,
        acceptance.effect.value,
        acceptance.host,
        acceptance.customer,
        acceptance.account,
        amount.minor if amount else None,
        amount.currency if amount else "",
        acceptance.limit_day,
        state,
        micros(acceptance.accepted_at),
        micros(acceptance.due_at),
        None,
        acceptance.owner,
        acceptance.command,
        b"",
        "",
        "",
        "",
        acceptance.agent,
        acceptance.call,
        acceptance.terminal,
        acceptance.branch,
        acceptance.trace,
        acceptance.limited.minor if acceptance.limited else 0,
    )


def record_values(record: Record) -> Values:
    """All columns of a finished transaction but the claim's, in the table's order."""
    amount = record.amount
    return (
        record.global_serial,
        record.channel,
        record.channel_serial,
        record.payload_hash,
        record.operation,
        record.effect.value,
        record.host,
        record.customer,
        record.account,
        amount.minor if amount else None,
        amount.currency if amount else "",
        record.limit_day,
        record.state.value,
        micros(record.accepted_at),
        micros(record.due_at),
        micros(record.settled_at) if record.settled_at else None,
        record.owner,
        record.command,
        record.outcome,
        storable(record.host_serial),
        storable(record.accounting_date),
        record.code.value if record.code else "",
        record.agent,
        record.call,
        record.terminal,
        record.branch,
        record.trace,
        0,
    )


def change_values(settlement: Settlement, reserved: int) -> Values:
    """What a settlement changes, and its key: in the order of ``transactions.CHANGE``."""
    code = settlement.code
    return (
        settlement.state.value,
        micros(settlement.at) if settlement.state in FINAL_STATES else None,
        settlement.outcome,
        storable(settlement.host_serial),
        storable(settlement.accounting_date),
        code.value if code else "",
        reserved,
        settlement.global_serial,
    )


def conclusion_values(settlement: Settlement) -> Values:
    """In the order of ``transactions.CONCLUDE``."""
    *changed, _reserved, serial = change_values(settlement, 0)
    return (*changed, serial)


def record(row: Row) -> Record:
    """From the first 27 columns of a transaction."""
    return Record(
        global_serial=row[0],
        channel=row[1],
        channel_serial=row[2],
        payload_hash=row[3],
        operation=row[4],
        effect=_EFFECTS[row[5]],
        host=row[6],
        customer=row[7],
        account=row[8],
        amount=None if row[9] is None else Money(row[9], row[10]),
        limit_day=row[11],
        state=_STATES[row[12]],
        accepted_at=instant(row[13]),
        due_at=instant(row[14]),
        settled_at=_maybe_instant(row[15]),
        owner=row[16],
        command=row[17],
        outcome=row[18],
        host_serial=row[19],
        accounting_date=row[20],
        code=_CODES[row[21]],
        agent=row[22],
        call=row[23],
        terminal=row[24],
        branch=row[25],
        trace=row[26],
    )


def doubt_values(doubt: Doubt) -> Values:
    return (
        doubt.global_serial,
        doubt.host,
        doubt.operation,
        doubt.account,
        doubt.stage.value,
        doubt.policy,
        doubt.attempts,
        micros(doubt.opened_at),
        micros(doubt.due_at),
        doubt.reason,
    )


def doubt(row: Row) -> Doubt:
    return Doubt(
        global_serial=row[0],
        host=row[1],
        operation=row[2],
        account=row[3],
        stage=DoubtStage(row[4]),
        policy=row[5],
        attempts=row[6],
        opened_at=instant(row[7]),
        due_at=instant(row[8]),
        reason=row[9],
    )


def event_values(global_serial: str, event: Event) -> Values:
    return (global_serial, micros(event.at), event.kind, event.detail)


def event(row: Row) -> Event:
    return Event(at=instant(row[0]), kind=row[1], detail=row[2])


def resolution_values(resolution: Resolution) -> Values:
    return (
        resolution.global_serial,
        resolution.number,
        resolution.ending.value,
        resolution.reason,
        resolution.evidence,
        resolution.proposer,
        resolution.verdict.value,
        resolution.decider,
        resolution.remark,
        micros(resolution.proposed_at),
        micros(resolution.decided_at) if resolution.decided_at else None,
    )


def resolution(row: Row) -> Resolution:
    return Resolution(
        global_serial=row[0],
        number=row[1],
        ending=CaseEnding(row[2]),
        reason=row[3],
        evidence=row[4],
        proposer=row[5],
        verdict=Verdict(row[6]),
        decider=row[7],
        remark=row[8],
        proposed_at=instant(row[9]),
        decided_at=_maybe_instant(row[10]),
    )


def customer_values(customer: Customer) -> Values:
    return (
        customer.number,
        customer.name,
        customer.identity_document,
        customer.tier,
        micros(customer.registered_at),
        customer.mobile,
        customer.kind,
        customer.document_kind,
        customer.segment,
        customer.segment_date,
        customer.segment_rule,
    )


def customer(row: Row) -> Customer:
    return Customer(
        number=row[0],
        name=row[1],
        identity_document=row[2],
        tier=row[3],
        registered_at=instant(row[4]),
        mobile=row[5],
        kind=row[6],
        document_kind=row[7],
        segment=row[8],
        segment_date=row[9],
        segment_rule=row[10],
    )


def account_values(account: RegisteredAccount, sequence: int) -> Values:
    limits = account.limits
    return (
        account.account,
        account.customer,
        sequence,
        account.host,
        account.kind,
        account.currency,
        limits.single,
        limits.daily,
        limits.count,
        micros(account.registered_at),
    )


def account(row: Row) -> RegisteredAccount:
    return RegisteredAccount(
        account=row[0],
        customer=row[1],
        sequence=row[2],
        host=row[3],
        kind=row[4],
        currency=row[5],
        limits=Limits(single=row[6], daily=row[7], count=row[8]),
        registered_at=instant(row[9]),
    )


def grant_values(grant: Grant) -> Values:
    return (
        grant.token_hash,
        grant.customer,
        orjson.dumps(grant.accounts).decode(),
        orjson.dumps(grant.operations).decode(),
        grant.channel,
        grant.call,
        grant.agent,
        micros(grant.issued_at),
        micros(grant.expires_at),
        grant.terminal,
        grant.login,
    )


def grant(row: Row) -> Grant:
    return Grant(
        token_hash=row[0],
        customer=row[1],
        accounts=tuple(orjson.loads(row[2])),
        operations=tuple(orjson.loads(row[3])),
        channel=row[4],
        call=row[5],
        agent=row[6],
        issued_at=instant(row[7]),
        expires_at=instant(row[8]),
        terminal=row[9],
        login=row[10],
    )
