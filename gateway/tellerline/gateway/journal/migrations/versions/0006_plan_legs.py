"""The legs of plans: which transactions belong to a plan, written down before any of them is sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_legs",
        sa.Column("plan", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("attempt", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("global_serial", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        comment="the transactions that a plan consists of; below zero what undoes the leg of that number",
    )
    op.create_index("plan_legs_by_serial", "plan_legs", ["global_serial"], unique=True)
