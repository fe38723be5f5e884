"""Values for the journal's tests: an acceptance, a settlement, an enquiry, a doubt, with everything filled in."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tellerline.gateway.journal.records import (
    Acceptance,
    Customer,
    Doubt,
    DoubtStage,
    Grant,
    Limits,
    Record,
    RegisteredAccount,
    Settlement,
    State,
)
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect
from tellerline.routing.model.money import Money

NOON = datetime(2026, 3, 2, 4, 0, 0, 123456, tzinfo=UTC)
DAY = "2026-03-02"
ACCOUNT = "6217000012345678"
PENDING = frozenset({State.PENDING})

_numbers = itertools.count(1)


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def acceptance(**changes: Any) -> Acceptance:
    """A transfer of 100.00 that counts against the limits, under serials of its own."""
    number = next(_numbers)
    return replace(
        Acceptance(
            global_serial=f"G{number:012}",
            channel="ivr",
            channel_serial=f"C{number:012}",
            payload_hash=b"\x01" * 32,
            operation="transfers.CreateTransfer",
            effect=Effect.MONEY,
            host="core",
            customer="C1",
            account=ACCOUNT,
            amount=cny(10_000),
            limited=cny(10_000),
            limit_day=DAY,
            accepted_at=NOON,
            due_at=NOON + timedelta(seconds=30),
            owner="gateway-1",
            command='{"payee":"张三"}'.encode(),
            agent="8001",
            call="call-1",
            terminal="T1",
            branch="B1",
            trace="00-aa-bb-01",
        ),
        **changes,
    )


def pending(accepted: Acceptance) -> Record:
    """The row as it must stand right after ``accepted``."""
    fields = {name: getattr(accepted, name) for name in Acceptance.__slots__ if name != "limited"}
    return Record(
        **fields,
        state=State.PENDING,
        settled_at=None,
        outcome=b"",
        host_serial="",
        accounting_date="",
        code=None,
    )


def enquiry(**changes: Any) -> Record:
    """An answered balance enquiry, under serials of its own."""
    asked = acceptance(operation="accounts.GetBalance", effect=Effect.ENQUIRY, amount=None)
    answered = replace(pending(asked), state=State.DONE, settled_at=NOON + timedelta(milliseconds=20))
    return replace(answered, **changes)


def settlement(global_serial: str, state: State = State.DONE, **changes: Any) -> Settlement:
    settled = Settlement(global_serial=global_serial, state=state, at=NOON + timedelta(seconds=1))
    return replace(settled, **changes)


def doubted(accepted: Acceptance, **changes: Any) -> Settlement:
    """The settlement that leaves ``accepted`` in doubt, due at once."""
    return settlement(
        accepted.global_serial, State.IN_DOUBT, code=Code.OUTCOME_UNKNOWN, doubt=doubt(accepted, **changes)
    )


def doubt(accepted: Acceptance, **changes: Any) -> Doubt:
    opened = Doubt(
        global_serial=accepted.global_serial,
        host=accepted.host,
        operation=accepted.operation,
        account=accepted.account,
        stage=DoubtStage.INQUIRE,
        policy="core/transfer/1",
        attempts=0,
        opened_at=NOON,
        due_at=NOON,
        reason="sent_no_reply",
    )
    return replace(opened, **changes)


def customer(number: str = "C1", document: str = "110101199001011234") -> Customer:
    return Customer(number=number, name="张三", identity_document=document, tier="VIP", registered_at=NOON)


def account(number: str = ACCOUNT, owner: str = "C1", **changes: Any) -> RegisteredAccount:
    registered = RegisteredAccount(
        customer=owner,
        sequence=0,
        account=number,
        host="core",
        kind="CARD",
        currency="CNY",
        limits=Limits(single=1_000_000, daily=3_000_000, count=2),
        registered_at=NOON,
    )
    return replace(registered, **changes)


def grant(token: bytes = b"t", **changes: Any) -> Grant:
    issued = Grant(
        token_hash=token.ljust(32, b"."),
        customer="C1",
        accounts=(ACCOUNT,),
        operations=("transfers.CreateTransfer",),
        channel="ivr",
        call="call-1",
        agent="8001",
        issued_at=NOON,
        expires_at=NOON + timedelta(minutes=5),
    )
    return replace(issued, **changes)
