"""Statements and steps over the doubts: opened and closed with a settlement, claimed by one resolver at a time."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, literal_column, not_, null, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, Steps
from tellerline.gateway.journal.records import Doubt, Event
from tellerline.gateway.journal.rows import event_values, micros
from tellerline.gateway.journal.schema import doubts
from tellerline.gateway.journal.transactions import ADD_EVENT, CLAIM_MICROS, LEFT_BEHIND
from tellerline.gateway.journal.transactions import RELEASE as RELEASE_ROWS

d = doubts.c
ROW = doubts.columns.values()[:10]
_NOT_MANUAL = d.stage != literal_column("'MANUAL'")

_open = insert(doubts).values({column.name: bindparam(column.name) for column in ROW})
OPEN = Statement(
    _open.on_conflict_do_update(
        index_elements=[d.global_serial],
        set_={
            **{column.name: _open.excluded[column.name] for column in ROW[1:]},
            "closed_at": null(),
            "claimed_by": literal_column("''"),
            "claimed_until": literal_column("0"),
        },
    ),
    *(column.name for column in ROW),
)
CLOSE = Statement(
    update(doubts)
    .where(d.global_serial == bindparam("serial"), d.closed_at.is_(None))
    .values(closed_at=bindparam("at")),
    "at",
    "serial",
)
RESCHEDULE = Statement(
    update(doubts)
    .where(
        d.global_serial == bindparam("serial"),
        d.closed_at.is_(None),
        _NOT_MANUAL,
        or_(d.stage == literal_column("'INQUIRE'"), bindparam("new_stage") != literal_column("'INQUIRE'")),
    )
    .values(
        stage=bindparam("new_stage"),
        policy=bindparam("new_policy"),
        attempts=bindparam("new_attempts"),
        due_at=bindparam("new_due"),
        reason=bindparam("new_reason"),
        claimed_by=literal_column("''"),
        claimed_until=literal_column("0"),
    )
    .returning(d.global_serial),
    "new_stage",
    "new_policy",
    "new_attempts",
    "new_due",
    "new_reason",
    "serial",
)

_other = doubts.alias("other")
_goes_first = (
    select(literal_column("1"))
    .select_from(_other)
    .where(
        _other.c.account == d.account,
        _other.c.account != literal_column("''"),
        _other.c.closed_at.is_(None),
        or_(
            _other.c.claimed_until > bindparam("now"),
            and_(
                _other.c.stage != literal_column("'MANUAL'"),
                _other.c.due_at <= bindparam("now"),
                tuple_(_other.c.opened_at, _other.c.global_serial) < tuple_(d.opened_at, d.global_serial),
            ),
        ),
    )
    .exists()
)
CLAIMABLE = Statement(
    select(*ROW)
    .where(
        d.closed_at.is_(None),
        _NOT_MANUAL,
        d.due_at <= bindparam("now"),
        d.claimed_until <= bindparam("now"),
        not_(_goes_first),
    )
    .order_by(d.opened_at, d.global_serial)
    .limit(bindparam("most"))
    .with_for_update(of=doubts, skip_locked=True),
    "now",
    "most",
)
CLAIM = Statement(
    update(doubts)
    .where(d.global_serial == bindparam("serial"))
    .values(claimed_by=bindparam("claimer"), claimed_until=bindparam("until")),
    "claimer",
    "until",
    "serial",
)
RELEASE = Statement(
    update(doubts)
    .where(d.closed_at.is_(None), d.claimed_by == bindparam("claimer"))
    .values(claimed_by=literal_column("''"), claimed_until=literal_column("0")),
    "claimer",
)
REVERSING = Statement(
    select(literal_column("1")).where(
        d.global_serial == bindparam("serial"), d.closed_at.is_(None), d.stage != literal_column("'INQUIRE'")
    ),
    "serial",
)
IS_OPEN = Statement(
    select(literal_column("1")).where(d.global_serial == bindparam("serial"), d.closed_at.is_(None)), "serial"
)
OPENED_AT = Statement(select(d.opened_at).where(d.global_serial == bindparam("serial")), "serial")


def _page(*, of_host: bool) -> Statement:
    query = select(*ROW).where(
        d.closed_at.is_(None), tuple_(d.opened_at, d.global_serial) > tuple_(bindparam("at"), bindparam("last"))
    )
    if of_host:
        query = query.where(d.host == bindparam("of"))
    query = query.order_by(d.opened_at, d.global_serial).limit(bindparam("most"))
    return Statement(query, "at", "last", *(["of"] if of_host else []), "most")


PAGE = _page(of_host=False)
PAGE_OF_HOST = _page(of_host=True)


def claim(owner: str, now: int, limit: int) -> Steps[list[Row]]:
    """Never beside itself: two claims that do not see each other could each take a doubt of the same account."""
    rows = yield CLAIMABLE, (now, limit)
    for row in rows:
        yield CLAIM, (owner, now + CLAIM_MICROS, row[0])
    return rows


def reclaim(owner: str) -> Steps[list[Row]]:
    """The rows that ``owner`` left pending. What it had claimed is free again: a claim would only hold up its heirs."""
    yield RELEASE_ROWS, (owner,)
    yield RELEASE, (owner,)
    return (yield LEFT_BEHIND, (owner,))


def reschedule(doubt: Doubt, event: Event) -> Steps[None]:
    """Whoever comes too late for the stage adds to the history of a doubt that is open, and changes nothing else."""
    step = (doubt.stage.value, doubt.policy, doubt.attempts, micros(doubt.due_at), doubt.reason, doubt.global_serial)
    if (yield RESCHEDULE, step) or (yield IS_OPEN, (doubt.global_serial,)):
        yield ADD_EVENT, event_values(doubt.global_serial, event)


def page(after: str, limit: int, host: str) -> Steps[list[Row]]:
    at = -(2**62)
    if after:
        last = yield OPENED_AT, (after,)
        if not last:
            return []
        at = last[0][0]
    if host:
        return (yield PAGE_OF_HOST, (at, after, host, limit))
    return (yield PAGE, (at, after, limit))
