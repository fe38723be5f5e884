"""What waits for a host that is closed, and what such a host said last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waiting = sa.text("state = 'QUEUED'")
    columns = ["host", "accepted_at", "global_serial"]
    op.create_index("transactions_queued", "transactions", columns, sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "last_known",
        sa.Column("operation", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("outcome", sa.LargeBinary, nullable=False),
        sa.Column("read_at", sa.BigInteger, nullable=False),
        comment="what a host answered last about an account, for while it is closed",
    )
