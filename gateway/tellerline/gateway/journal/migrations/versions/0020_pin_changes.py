"""Changes of PIN by their account: whoever settles one looks at those before it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("operation = 'customers.ChangePin'")
    op.create_index(
        "transactions_pin_changes",
        "transactions",
        ["account", "accepted_at", "global_serial"],
        sqlite_where=where,
        postgresql_where=where,
    )
