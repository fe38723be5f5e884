"""Statements and steps over grants and PIN tries."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, literal_column, null, select, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, Steps
from tellerline.gateway.journal.records import Grant
from tellerline.gateway.journal.rows import grant_values, micros
from tellerline.gateway.journal.schema import grants, pin_tries

_KEPT_MICROS = 86_400_000_000
_GRANT = grants.columns.values()

ISSUE = Statement(
    insert(grants).values({column.name: bindparam(column.name) for column in _GRANT}),
    *(column.name for column in _GRANT),
)
FORGET_EXPIRED = Statement(delete(grants).where(grants.c.expires_at < bindparam("before")), "before")
GRANT = Statement(select(*_GRANT).where(grants.c.token_hash == bindparam("hash")), "hash")
REVOKE = Statement(
    delete(grants).where(grants.c.token_hash == bindparam("hash")).returning(grants.c.token_hash), "hash"
)
REVOKE_CALL = Statement(delete(grants).where(grants.c.call == bindparam("of")).returning(grants.c.token_hash), "of")
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


def issue(grant: Grant) -> Steps[None]:
    """Also forgets what expired more than a day before."""
    yield FORGET_EXPIRED, (micros(grant.issued_at) - _KEPT_MICROS,)
    yield ISSUE, grant_values(grant)


def pin_failed(customer: str, now: int, lock_after: int, lock_seconds: int) -> Steps[tuple[int, int | None]]:
    rows = yield FAIL, (customer,)
    failures, locked_until = rows[0]
    if failures >= lock_after:
        locked_until = now + lock_seconds * 1_000_000
        yield LOCK, (locked_until, customer)
    return failures, locked_until


def pin_succeeded(customer: str) -> Steps[None]:
    yield SUCCEED, (customer,)


def revoke(token_hash: bytes | None, call: str) -> Steps[list[Row]]:
    revoked: list[Row] = []
    if token_hash is not None:
        revoked += yield REVOKE, (token_hash,)
    if call:
        revoked += yield REVOKE_CALL, (call,)
    return revoked
