"""An index for what was done in one telephone call.

What came through no call has no place in it, and costs nothing more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    by_telephone = sa.text("call <> ''")
    op.create_index(
        "transactions_by_call",
        "transactions",
        ["call", "accepted_at"],
        sqlite_where=by_telephone,
        postgresql_where=by_telephone,
    )
