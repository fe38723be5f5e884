"""The tables of tickets: instants in integer microseconds UTC, on both databases."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Table, Text, text

metadata = MetaData()


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


tickets = Table(
    "tickets",
    metadata,
    Column("id", Text, primary_key=True),
    _number("revision"),
    _text("kind"),
    _text("flow"),
    _number("flow_version"),
    _text("standing"),
    _text("ending"),
    _text("customer"),
    _text("department"),
    _text("transaction_serial"),
    _text("urgency"),
    _text("words"),
    _text("called"),
    _number("missed"),
    _number("in_doubt"),
    _number("opened_at"),
    Column("next_at", BigInteger, comment="when time does something to it next; NULL if never, as things stand"),
    comment="one row per ticket, for finding it; what it is, its events say",
)

HAS_CLOCK = text("next_at IS NOT NULL")
IN_DOUBT = text("in_doubt = 1")

Index("tickets_due", tickets.c.next_at, tickets.c.id, sqlite_where=HAS_CLOCK, postgresql_where=HAS_CLOCK)
Index("tickets_in_doubt", tickets.c.id, sqlite_where=IN_DOUBT, postgresql_where=IN_DOUBT)
Index("tickets_by_time", tickets.c.opened_at, tickets.c.id)
Index("tickets_by_customer", tickets.c.customer, tickets.c.opened_at)
Index("tickets_by_standing", tickets.c.standing, tickets.c.opened_at)
Index("tickets_by_transaction", tickets.c.transaction_serial)

events = Table(
    "ticket_events",
    metadata,
    Column("ticket", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _text("kind"),
    Column("content", LargeBinary, nullable=False),
    _number("recorded_at"),
    comment="what has happened to tickets; never changed",
)

requests = Table(
    "ticket_requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    _text("ticket"),
    _number("revision"),
    comment="what was asked, and how far it took its ticket",
)

flows = Table(
    "ticket_flows",
    metadata,
    Column("flow", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    _text("content"),
    _text("proposer"),
    _number("proposed_at"),
    _text("reason"),
    _text("verdict"),
    _text("decider"),
    Column("decided_at", BigInteger),
    _text("remark"),
    comment="versions of flows: proposed by one, approved by another",
)
