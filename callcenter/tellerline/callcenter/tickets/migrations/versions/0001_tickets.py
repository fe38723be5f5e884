"""Tickets, their events, the requests that caused them, and the versions of flows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tickets()
    op.create_table(
        "ticket_events",
        sa.Column("ticket", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        *_text("kind"),
        sa.Column("content", sa.LargeBinary, nullable=False),
        *_number("recorded_at"),
        comment="what has happened to tickets; never changed",
    )
    op.create_table(
        "ticket_requests",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        *_text("ticket"),
        *_number("revision"),
        comment="what was asked, and how far it took its ticket",
    )
    op.create_table(
        "ticket_flows",
        sa.Column("flow", sa.Text, primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        *_text("content", "proposer"),
        *_number("proposed_at"),
        *_text("reason", "verdict", "decider"),
        sa.Column("decided_at", sa.BigInteger),
        *_text("remark"),
        comment="versions of flows: proposed by one, approved by another",
    )


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _index(name: str, columns: list[str], where: str = "") -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, "tickets", columns, sqlite_where=condition, postgresql_where=condition)


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.Text, primary_key=True),
        *_number("revision"),
        *_text("kind", "flow"),
        *_number("flow_version"),
        *_text("standing", "ending", "customer", "department", "transaction_serial", "urgency", "words", "called"),
        *_number("missed", "in_doubt", "opened_at"),
        sa.Column(
            "next_at", sa.BigInteger, comment="when time does something to it next; NULL if never, as things stand"
        ),
        comment="one row per ticket, for finding it; what it is, its events say",
    )
    _index("tickets_due", ["next_at", "id"], "next_at IS NOT NULL")
    _index("tickets_in_doubt", ["id"], "in_doubt = 1")
    _index("tickets_by_time", ["opened_at", "id"])
    _index("tickets_by_customer", ["customer", "opened_at"])
    _index("tickets_by_standing", ["standing", "opened_at"])
    _index("tickets_by_transaction", ["transaction_serial"])
