"""In SQLite, the index by customer names the account: who looks for one account's enquiries passes over the others'
without reading their rows.

PostgreSQL finds them by the account.
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name != "sqlite":
        return
    op.drop_index("transactions_by_customer", "transactions")
    op.create_index("transactions_by_customer", "transactions", ["customer", "accepted_at", "account"])
