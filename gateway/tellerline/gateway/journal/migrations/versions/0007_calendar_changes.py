"""Versions of hosts' calendars beside those of the routing rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("routing_changes", sa.Column("host", sa.Text, nullable=False, server_default=""))
