"""Statements and steps over grants and PIN tries.

Whoever locks more than one takes the customer's tries first, then logins in their order, then grants; what is forgotten
by the way is passed over if it is locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, Steps
from tellerline.gateway.journal.access_records import AccessKind, of_grant
from tellerline.gateway.journal.access_trail import ADD_EVENT, event_values
from tellerline.gateway.journal.records import Grant, ProofsEnd
from tellerline.gateway.journal.rows import grant as grant_of
from tellerline.gateway.journal.rows import grant_values, micros
from tellerline.gateway.journal.schema import grants, logins, pin_tries

_GRANT = grants.columns.values()
_LOGIN_KEPT = timedelta(days=1)


def _greater(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[int]:
    return case((one > other, one), else_=other)


ISSUE = Statement(
    insert(grants).values({column.name: bindparam(column.name) for column in _GRANT}),
    *(column.name for column in _GRANT),
)
_expired = select(grants.c.token_hash).where(grants.c.expires_at <= bindparam("before"))
FORGET_EXPIRED = Statement(
    delete(grants).where(grants.c.token_hash.in_(_expired.with_for_update(skip_locked=True))).returning(*_GRANT),
    "before",
)
GRANT = Statement(select(*_GRANT).where(grants.c.token_hash == bindparam("hash")), "hash")
REVOKE = Statement(delete(grants).where(grants.c.token_hash == bindparam("hash")).returning(*_GRANT), "hash")
REVOKE_CALL = Statement(delete(grants).where(grants.c.call == bindparam("of")).returning(*_GRANT), "of")
_WITH_REPRESENTATIVES = or_(
    grants.c.customer == bindparam("of"),
    func.substr(grants.c.customer, literal_column("1"), bindparam("size", type_=Integer)) == bindparam("beginning"),
)
"""Also of a company's representatives, whose names begin with the company's and a full stop."""
_PROVED = and_(grants.c.customer == bindparam("of"), grants.c.token_hash != bindparam("kept"))
REVOKE_CUSTOMER = Statement(delete(grants).where(_WITH_REPRESENTATIVES).returning(*_GRANT), "of", "size", "beginning")
LOGINS_OF_CUSTOMER = Statement(select(grants.c.login).where(_WITH_REPRESENTATIVES), "of", "size", "beginning")
REVOKE_PROVED = Statement(delete(grants).where(_PROVED).returning(*_GRANT), "of", "kept")
LOGINS_OF_PROVED = Statement(select(grants.c.login).where(_PROVED), "of", "kept")
REVOKE_LOGIN = Statement(delete(grants).where(grants.c.login == bindparam("of")).returning(*_GRANT), "of")
_seen = insert(logins).values(login=bindparam("of"), ended=bindparam("over"), kept_until=bindparam("until"))
SEE_LOGIN = Statement(
    _seen.on_conflict_do_update(
        index_elements=[logins.c.login],
        set_={
            "ended": case(
                (logins.c.kept_until <= bindparam("now"), _seen.excluded.ended),
                else_=_greater(logins.c.ended, _seen.excluded.ended),
            ),
            "kept_until": _greater(logins.c.kept_until, _seen.excluded.kept_until),
        },
    ).returning(logins.c.ended),
    "of",
    "over",
    "until",
    "now",
)
"""Locks the login's row until the write is over: of a grant and the end of its login one sees the other. Of a row that
is kept no longer nothing is known."""
_over = select(logins.c.login).where(logins.c.kept_until <= bindparam("before"))
FORGET_LOGINS = Statement(delete(logins).where(logins.c.login.in_(_over.with_for_update(skip_locked=True))), "before")
TRIES = Statement(
    select(pin_tries.c.failures, pin_tries.c.locked_until, pin_tries.c.ended).where(
        pin_tries.c.customer == bindparam("of")
    ),
    "of",
)
_fail = insert(pin_tries).values(customer=bindparam("of"), failures=literal_column("1"), locked_until=null())
FAIL = Statement(
    _fail.on_conflict_do_update(
        index_elements=[pin_tries.c.customer], set_={"failures": pin_tries.c.failures + literal_column("1")}
    ).returning(pin_tries.c.failures, pin_tries.c.locked_until, pin_tries.c.ended),
    "of",
)
LOCK = Statement(
    update(pin_tries).where(pin_tries.c.customer == bindparam("of")).values(locked_until=bindparam("until")),
    "until",
    "of",
)
SUCCEED = Statement(
    update(pin_tries)
    .where(pin_tries.c.customer == bindparam("of"))
    .values(failures=literal_column("0"), locked_until=null()),
    "of",
)
_ended = insert(pin_tries).values(customer=bindparam("of"), failures=literal_column("0"), ended=bindparam("more"))
END = Statement(
    _ended.on_conflict_do_update(
        index_elements=[pin_tries.c.customer], set_={"ended": pin_tries.c.ended + _ended.excluded.ended}
    ).returning(pin_tries.c.ended),
    "of",
    "more",
)
"""Locks the customer's row until the write is over: of a grant and the end of what it was won by one sees the other."""


def issue(grant: Grant, who: str, why: str, proved: int | None) -> Steps[bool]:
    """Also forgets what has expired, and writes that down. What was proved clears the tries."""
    if proved is not None:
        ended = yield END, (grant.customer, 0)
        if ended[0][0] != proved:
            return False
        yield SUCCEED, (grant.customer,)
    if grant.login:
        seen = yield SEE_LOGIN, (grant.login, 0, micros(grant.expires_at), micros(grant.issued_at))
        if seen[0][0]:
            return False
        yield FORGET_LOGINS, (micros(grant.issued_at),)
    expired = yield FORGET_EXPIRED, (micros(grant.issued_at),)
    for each in map(grant_of, expired):
        over = of_grant(each, AccessKind.EXPIRED, each.expires_at, who="", why="expired")
        yield ADD_EVENT, event_values(over)
    yield ISSUE, grant_values(grant)
    yield ADD_EVENT, event_values(of_grant(grant, AccessKind.ISSUED, grant.issued_at, who=who, why=why))
    return True


def pin_failed(customer: str, now: int, lock_after: int, lock_seconds: int) -> Steps[tuple[int, int | None, int]]:
    rows = yield FAIL, (customer,)
    failures, locked_until, ended = rows[0]
    if failures >= lock_after:
        locked_until = now + lock_seconds * 1_000_000
        yield LOCK, (locked_until, customer)
    return failures, locked_until, ended


def pin_succeeded(customer: str) -> Steps[None]:
    yield SUCCEED, (customer,)


class Target(NamedTuple):
    """Whose grants: of a token, of a call, of a customer, of a login."""

    token_hash: bytes | None
    call: str
    customer: str
    login: str = ""


def end_login(login: str, at: datetime, until: datetime, who: str, why: str) -> Steps[int]:
    """Its grants of every process are revoked in the same write."""
    yield SEE_LOGIN, (login, 1, micros(until), micros(at))
    return (yield from revoke(Target(None, "", "", login), at, who, why))


def revoke(target: Target, at: datetime, who: str, why: str) -> Steps[int]:
    """What has expired already is written down as such. Who loses all he has been given is logged out, too."""
    revoked: list[Row] = []
    beginning = f"{target.customer}."
    whose = (target.customer, len(beginning), beginning)
    if target.customer:
        yield from _log_out((yield LOGINS_OF_CUSTOMER, whose), at)
    if target.token_hash is not None:
        revoked += yield REVOKE, (target.token_hash,)
    if target.call:
        revoked += yield REVOKE_CALL, (target.call,)
    if target.customer:
        revoked += yield REVOKE_CUSTOMER, whose
    if target.login:
        revoked += yield REVOKE_LOGIN, (target.login,)
    yield from _write_down(revoked, at, who, why, logged_out=bool(target.customer))
    return len(revoked)


def end(proofs: ProofsEnd, at: datetime) -> Steps[None]:
    """See ``records.ProofsEnd``."""
    yield END, (proofs.customer, 1)
    whose = (proofs.customer, proofs.kept)
    yield from _log_out((yield LOGINS_OF_PROVED, whose), at)
    revoked = yield REVOKE_PROVED, whose
    yield from _write_down(revoked, at, proofs.who, proofs.why, logged_out=True)


def _log_out(found: Sequence[Row], at: datetime) -> Steps[None]:
    for login in sorted({row[0] for row in found} - {""}):
        yield SEE_LOGIN, (login, 1, micros(at + _LOGIN_KEPT), micros(at))


def _write_down(revoked: Sequence[Row], at: datetime, who: str, why: str, *, logged_out: bool) -> Steps[None]:
    """A grant that has been issued since the logins were looked for loses its login with the others."""
    if logged_out:
        yield from _log_out([(grant_of(row).login,) for row in revoked], at)
    for each in map(grant_of, revoked):
        if each.expires_at <= at:
            event = of_grant(each, AccessKind.EXPIRED, each.expires_at, who="", why="expired")
        else:
            event = of_grant(each, AccessKind.REVOKED, at, who=who, why=why)
        yield ADD_EVENT, event_values(event)
