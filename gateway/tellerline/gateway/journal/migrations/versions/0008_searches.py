"""Indexes for searches by a channel's serial number and by the states that are not usual.

Until now the unique index began with the channel, which a search need not name. None of the three costs a transfer that
is done.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("transactions_by_channel_serial", "transactions")
    kept = sa.text("effect <> 'ENQUIRY'")
    columns = ["channel_serial", "channel"]
    op.create_index(
        "transactions_by_channel_serial", "transactions", columns, unique=True, sqlite_where=kept, postgresql_where=kept
    )
    asked = sa.text("effect = 'ENQUIRY'")
    columns = ["channel_serial"]
    op.create_index(
        "transactions_enquiries_by_serial", "transactions", columns, sqlite_where=asked, postgresql_where=asked
    )
    rare = sa.text("state <> 'DONE' AND state <> 'PENDING'")
    columns = ["state", "accepted_at", "global_serial"]
    op.create_index("transactions_uncommon", "transactions", columns, sqlite_where=rare, postgresql_where=rare)
