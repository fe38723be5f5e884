"""An index for what is rare and asked for often: changes of state that are not final yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    rare = sa.text("effect = 'STATE'")
    columns = ["operation", "state", "global_serial"]
    op.create_index("transactions_state_changes", "transactions", columns, sqlite_where=rare, postgresql_where=rare)
