"""In SQLite, customers' enquiries leave the index by account: they are found by who has enquired about it.

Each enquiry had a page of that index to itself, and was as dear as all else that is written of it. PostgreSQL, which
several gateways of any version may write to while they are brought up to date, keeps its index as it is.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name != "sqlite":
        return
    op.drop_index("transactions_by_account", "transactions")
    kept = sa.text("(effect <> 'ENQUIRY' OR customer = '')")
    op.create_index("transactions_by_account", "transactions", ["account", "accepted_at"], sqlite_where=kept)
    op.create_table(
        "enquirers",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("customer", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
        comment="SQLite's alone: who has ever enquired about an account; a trigger on the transactions writes it",
    )
    op.execute(
        "INSERT INTO enquirers SELECT DISTINCT account, customer FROM transactions "
        "WHERE effect = 'ENQUIRY' AND account <> '' AND customer <> ''"
    )
    op.execute(
        "CREATE TRIGGER transactions_enquirers AFTER INSERT ON transactions "
        "WHEN NEW.effect = 'ENQUIRY' AND NEW.account <> '' AND NEW.customer <> '' "
        "BEGIN INSERT OR IGNORE INTO enquirers VALUES (NEW.account, NEW.customer); END"
    )
