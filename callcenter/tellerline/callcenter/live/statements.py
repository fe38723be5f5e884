"""What is asked of the tables, once for both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Row, Statement, Steps
from tellerline.callcenter.live.records import Entry, Image, Interest, Recorded
from tellerline.callcenter.live.schema import cursors, facts, images, sites

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED = ("agent", "call", "queue")
f, s = facts.c, sites.c


class SupersededError(Exception):
    """Another controller has taken the site since: nothing was written, and this one may do nothing more."""


TAKE = Statement(
    insert(sites)
    .values(site=bindparam("of"), term=literal_column("1"), position=literal_column("0"))
    .on_conflict_do_update(index_elements=[s.site], set_={"term": s.term + literal_column("1")})
    .returning(s.term, s.position),
    "of",
)
ADVANCE = Statement(
    update(sites)
    .values(position=s.position + bindparam("count"))
    .where(s.site == bindparam("of"), s.term == bindparam("during"))
    .returning(s.position),
    "of",
    "during",
    "count",
)
_COLUMNS = tuple(column.name for column in facts.columns)
ADD = Statement(
    insert(facts).values({name: bindparam(f"new_{name}") for name in _COLUMNS}),
    *(f"new_{name}" for name in _COLUMNS),
)
KEEP = Statement(
    insert(images)
    .values(site=bindparam("of"), position=bindparam("place"), body=bindparam("content"))
    .on_conflict_do_update(
        index_elements=[images.c.site], set_={"position": bindparam("place"), "body": bindparam("content")}
    ),
    "of",
    "place",
    "content",
)
IMAGE = Statement(select(images.c.position, images.c.body).where(images.c.site == bindparam("of")), "of")
MOVE = Statement(
    insert(cursors)
    .values(site=bindparam("of"), follower=bindparam("whose"), position=bindparam("place"))
    .on_conflict_do_update(index_elements=[cursors.c.site, cursors.c.follower], set_={"position": bindparam("place")}),
    "of",
    "whose",
    "place",
)
CURSOR = Statement(
    select(cursors.c.position).where(cursors.c.site == bindparam("of"), cursors.c.follower == bindparam("whose")),
    "of",
    "whose",
)
HELD = Statement(select(s.position).where(s.site == bindparam("of"), s.term == bindparam("during")), "of", "during")
LAST = Statement(select(s.position).where(s.site == bindparam("of")), "of")


LATEST = Statement(
    select(f.position, f.at, f.kind, f.agent, f.call, f.queue, f.body)
    .where(f.site == bindparam("of"), f.call == bindparam("its_call"), f.kind == bindparam("its_kind"))
    .order_by(f.position.desc())
    .limit(literal_column("1")),
    "of",
    "its_call",
    "its_kind",
)


def _page(*named: str) -> Statement:
    columns = (f.position, f.at, f.kind, f.agent, f.call, f.queue, f.body)
    conditions = [f.site == bindparam("of"), f.position > bindparam("after"), f.position <= bindparam("until")]
    conditions += [f[name] == bindparam(f"its_{name}") for name in named]
    page = select(*columns).where(*conditions).order_by(f.position).limit(bindparam("most"))
    return Statement(page, "of", "after", "until", *(f"its_{name}" for name in named), "most")


PAGES = {
    named: _page(*named)
    for bits in range(8)
    if (named := tuple(name for place, name in enumerate(_NAMED) if bits >> place & 1)) is not None
}
"""A page of facts, by the names that must be theirs."""


def append(site: str, term: int, entries: Sequence[Entry]) -> Steps[int]:
    """The position of the last; raises ``SupersededError``."""
    rows = yield ADVANCE, (site, term, len(entries))
    if not rows:
        raise SupersededError
    last: int = rows[0][0]
    for place, entry in enumerate(entries, last - len(entries) + 1):
        values = (site, place, micros(entry.at), entry.kind, entry.agent, entry.call, entry.queue, entry.body)
        yield ADD, values
    return last


def keep(site: str, term: int, image: Image) -> Steps[None]:
    """Raises ``SupersededError``."""
    rows = yield ADVANCE, (site, term, 0)
    if not rows:
        raise SupersededError
    yield KEEP, (site, image.position, image.body)


def page(site: str, after: int, until: int, interest: Interest, most: int) -> Steps[list[Row]]:
    wanted = [(name, value) for name in _NAMED if (value := getattr(interest, name))]
    statement = PAGES[tuple(name for name, _ in wanted)]
    return (yield statement, (site, after, until, *(value for _, value in wanted), most))


def recorded(row: Row) -> Recorded:
    position, at, kind, agent, call, queue, body = row
    entry = Entry(at=instant(at), kind=kind, agent=agent, call=call, queue=queue, body=bytes(body))
    return Recorded(position, entry)


def micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def instant(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)
