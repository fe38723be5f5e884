"""How often a customer's proofs have ended, so that a comparison that was under way earns no grant; grants by customer.

Locks and failures stay as they are.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pin_tries", sa.Column("ended", sa.BigInteger, nullable=False, server_default="0"))
    op.create_index("grants_by_customer", "grants", ["customer"])
