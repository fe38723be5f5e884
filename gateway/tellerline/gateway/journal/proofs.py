"""Statements and steps over grants and PIN tries."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, delete, func, literal_column, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, Steps
from tellerline.gateway.journal.access_records import AccessKind, of_grant
from tellerline.gateway.journal.access_trail import ADD_EVENT, event_values
from tellerline.gateway.journal.records import Grant
from tellerline.gateway.journal.rows import grant as grant_of
from tellerline.gateway.journal.rows import grant_values, micros
from tellerline.gateway.journal.schema import grants, pin_tries

_GRANT = grants.columns.values()

ISSUE = Statement(
    insert(grants).values({column.name: bindparam(column.name) for column in _GRANT}),
    *(column.name for column in _GRANT),
)
FORGET_EXPIRED = Statement(
    delete(grants).where(grants.c.expires_at <= bindparam("before")).returning(*_GRANT), "before"
)
GRANT = Statement(select(*_GRANT).where(grants.c.token_hash == bindparam("hash")), "hash")
REVOKE = Statement(delete(grants).where(grants.c.token_hash == bindparam("hash")).returning(*_GRANT), "hash")
REVOKE_CALL = Statement(delete(grants).where(grants.c.call == bindparam("of")).returning(*_GRANT), "of")
REVOKE_CUSTOMER = Statement(
    delete(grants)
    .where(
        or_(
            grants.c.customer == bindparam("of"),
            func.substr(grants.c.customer, literal_column("1"), bindparam("size", type_=Integer))
            == bindparam("beginning"),
        )
    )
    .returning(*_GRANT),
    "of",
    "size",
    "beginning",
)
"""Also of a company's representatives, whose names begin with the company's and a full stop."""
TRIES = Statement(
    select(pin_tries.c.failures, pin_tries.c.locked_until).where(pin_tries.c.customer == bindparam("of")), "of"
)
_fail = insert(pin_tries).values(customer=bindparam("of"), failures=literal_column("1"), locked_until=null())
FAIL = Statement(
    _fail.on_conflict_do_update(
        index_elements=[pin_tries.c.customer], set_={"failures": pin_tries.c.failures + literal_column("1")}
    ).returning(pin_tries.c.failures, pin_tries.c.locked_until),
    "of",
)
LOCK = Statement(
    update(pin_tries).where(pin_tries.c.customer == bindparam("of")).values(locked_until=bindparam("until")),
    "until",
    "of",
)
SUCCEED = Statement(delete(pin_tries).where(pin_tries.c.customer == bindparam("of")), "of")


def issue(grant: Grant, who: str, why: str) -> Steps[None]:
    """Also forgets what has expired, and writes that down."""
    expired = yield FORGET_EXPIRED, (micros(grant.issued_at),)
    for each in map(grant_of, expired):
        over = of_grant(each, AccessKind.EXPIRED, each.expires_at, who="", why="expired")
        yield ADD_EVENT, event_values(over)
    yield ISSUE, grant_values(grant)
    yield ADD_EVENT, event_values(of_grant(grant, AccessKind.ISSUED, grant.issued_at, who=who, why=why))


def pin_failed(customer: str, now: int, lock_after: int, lock_seconds: int) -> Steps[tuple[int, int | None]]:
    rows = yield FAIL, (customer,)
    failures, locked_until = rows[0]
    if failures >= lock_after:
        locked_until = now + lock_seconds * 1_000_000
        yield LOCK, (locked_until, customer)
    return failures, locked_until


def pin_succeeded(customer: str) -> Steps[None]:
    yield SUCCEED, (customer,)


class Target(NamedTuple):
    """Whose grants: of a token, of a call, of a customer."""

    token_hash: bytes | None
    call: str
    customer: str


def revoke(target: Target, at: datetime, who: str, why: str) -> Steps[int]:
    """What has expired already is written down as such."""
    revoked: list[Row] = []
    if target.token_hash is not None:
        revoked += yield REVOKE, (target.token_hash,)
    if target.call:
        revoked += yield REVOKE_CALL, (target.call,)
    if target.customer:
        beginning = f"{target.customer}."
        revoked += yield REVOKE_CUSTOMER, (target.customer, len(beginning), beginning)
    for each in map(grant_of, revoked):
        if each.expires_at <= at:
            event = of_grant(each, AccessKind.EXPIRED, each.expires_at, who="", why="expired")
        else:
            event = of_grant(each, AccessKind.REVOKED, at, who=who, why=why)
        yield ADD_EVENT, event_values(event)
    return len(revoked)
