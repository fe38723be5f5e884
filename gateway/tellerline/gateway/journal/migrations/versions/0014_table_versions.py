"""Tables of public information in versions, which two people approve."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "table_versions",
        sa.Column("table_name", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        *_texts("content", "digest", "reason", "proposer"),
        sa.Column("proposed_at", sa.BigInteger, nullable=False),
        *_texts("effective_date", "verdict", "decider"),
        sa.Column("decided_at", sa.BigInteger),
        *_texts("remark"),
        sa.Column("effective_at", sa.BigInteger),
        comment="tables of public information: proposed by one person, approved by another, in effect from a moment on",
    )
    proposed, approved = sa.text("verdict = 'PROPOSED'"), sa.text("verdict = 'APPROVED'")
    op.create_index(
        "table_versions_proposed",
        "table_versions",
        ["table_name"],
        unique=True,
        sqlite_where=proposed,
        postgresql_where=proposed,
    )
    op.create_index(
        "table_versions_in_effect",
        "table_versions",
        ["table_name", "effective_at", "number"],
        sqlite_where=approved,
        postgresql_where=approved,
    )
