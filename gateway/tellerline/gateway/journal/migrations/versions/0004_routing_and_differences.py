"""Versions of the routing rules, and what the journal and the hosts' day files say differently."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _routing_changes()
    _differences()
    dated = sa.text("accounting_date <> '' AND effect <> 'ENQUIRY'")
    columns = ["host", "accounting_date", "global_serial"]
    op.create_index(
        "transactions_by_accounting_date", "transactions", columns, sqlite_where=dated, postgresql_where=dated
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _routing_changes() -> None:
    op.create_table(
        "routing_changes",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        *_texts("instance", "operator", "verdict", "version", "digest", "reason", "content"),
        comment="every version of the routing rules that was put into force or refused",
    )


def _differences() -> None:
    op.create_table(
        "differences",
        sa.Column("name", sa.Text, primary_key=True),
        *_texts("host", "accounting_date", "reference", "kind", "state"),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        *_texts("closed_by", "reason"),
        sa.Column("detail", sa.LargeBinary, nullable=False),
        comment="what the journal and a host's day file say differently, one case each",
    )
    still_open = sa.text("state = 'OPEN'")
    op.create_index("differences_open", "differences", ["name"], sqlite_where=still_open, postgresql_where=still_open)
