"""What became of every grant, and which terminal it is bound to.

Grants that are live at the upgrade go on; nothing was written of their issue, so their trail begins with their end.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TEXTS = ("kind", "grant_id", "customer", "channel", "call", "agent", "terminal", "accounts", "operations")


def upgrade() -> None:
    op.add_column("grants", sa.Column("terminal", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "access_events",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        comment="what became of grants, and what was refused that must be known; never a token",
    )
    op.create_index("access_events_by_customer", "access_events", ["customer", "number"])
    op.create_index("access_events_by_call", "access_events", ["call", "number"])
