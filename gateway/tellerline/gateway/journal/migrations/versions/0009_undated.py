"""Indexes for what people attested as done: rows without the host's accounting date, and the cases about a reference.

A transfer that is done by its host's word has a date from the beginning, and costs nothing more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    undated = sa.text("accounting_date = '' AND state = 'DONE' AND effect <> 'ENQUIRY'")
    op.create_index(
        "transactions_undated",
        "transactions",
        ["host", "global_serial"],
        sqlite_where=undated,
        postgresql_where=undated,
    )
    op.create_index("differences_by_reference", "differences", ["reference"])
