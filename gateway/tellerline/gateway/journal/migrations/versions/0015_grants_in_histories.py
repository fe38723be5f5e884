"""What became of grants in the order of time, for customers' histories."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("access_events_by_time", "access_events", ["customer", "at", "number"])
