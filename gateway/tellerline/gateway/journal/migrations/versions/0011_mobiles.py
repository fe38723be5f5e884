"""Customers' mobile numbers, and an index for whose number is calling.

A customer without one has no place in the index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customers", sa.Column("mobile", sa.Text, nullable=False, server_default=""))
    known = sa.text("mobile <> ''")
    op.create_index("customers_by_mobile", "customers", ["mobile"], sqlite_where=known, postgresql_where=known)
