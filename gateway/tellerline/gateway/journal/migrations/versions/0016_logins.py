"""Logins that have grants, and those that have ended and get none.

Grants that are live at the upgrade belong to no login; they end as they would have.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("grants", sa.Column("login", sa.Text, nullable=False, server_default=""))
    op.create_index("grants_by_login", "grants", ["login"])
    op.create_table(
        "logins",
        sa.Column("login", sa.Text, primary_key=True),
        sa.Column("ended", sa.BigInteger, nullable=False),
        sa.Column("kept_until", sa.BigInteger, nullable=False),
        comment="logins that have, or had, grants: one that has ended (1) gets none, whichever process is asked",
    )
    op.create_index("logins_by_time", "logins", ["kept_until"])
