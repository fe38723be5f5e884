"""The tables of live sites: instants in integer microseconds UTC, on both databases."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Table, Text

metadata = MetaData()


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


sites = Table(
    "sites",
    metadata,
    Column("site", Text, primary_key=True),
    Column("term", BigInteger, nullable=False, comment="counts the controllers that have taken the site"),
    Column("position", BigInteger, nullable=False, comment="of its last fact"),
    comment="who may write facts of a site: the controller of the newest term",
)

facts = Table(
    "facts",
    metadata,
    Column("site", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    _text("kind"),
    _text("agent"),
    _text("call"),
    _text("queue"),
    Column("body", LargeBinary, nullable=False),
    comment="what has happened at a site; never changed",
)
Index("facts_of_agents", facts.c.site, facts.c.agent, facts.c.position)
Index("facts_of_calls", facts.c.site, facts.c.call, facts.c.position)
Index("facts_of_queues", facts.c.site, facts.c.queue, facts.c.position)

images = Table(
    "images",
    metadata,
    Column("site", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    comment="the newest image of each site, so that a start need not read all facts",
)

cursors = Table(
    "cursors",
    metadata,
    Column("site", Text, primary_key=True),
    Column("follower", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    comment="how far each follower has come with what it does about facts",
)
