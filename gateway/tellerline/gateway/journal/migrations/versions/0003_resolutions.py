"""How people say that a case ends: proposals, each decided by somebody else."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    texts = [
        sa.Column(name, sa.Text, nullable=False)
        for name in ("ending", "reason", "evidence", "proposer", "verdict", "decider", "remark")
    ]
    op.create_table(
        "resolutions",
        sa.Column("global_serial", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        *texts,
        sa.Column("proposed_at", sa.BigInteger, nullable=False),
        sa.Column("decided_at", sa.BigInteger),
        comment="how people say that a case ends: proposed by one, decided by another",
    )
    still_open = sa.text("verdict = 'OPEN'")
    op.create_index(
        "resolutions_open",
        "resolutions",
        ["global_serial"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
