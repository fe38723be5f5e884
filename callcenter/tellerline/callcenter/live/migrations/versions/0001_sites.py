"""Sites, their facts and images, and how far their followers are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sites",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("term", sa.BigInteger, nullable=False, comment="counts the controllers that have taken the site"),
        sa.Column("position", sa.BigInteger, nullable=False, comment="of its last fact"),
        comment="who may write facts of a site: the controller of the newest term",
    )
    op.create_table(
        "facts",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "agent", "call", "queue")),
        sa.Column("body", sa.LargeBinary, nullable=False),
        comment="what has happened at a site; never changed",
    )
    for name in ("agent", "call", "queue"):
        op.create_index(f"facts_of_{name}s", "facts", ["site", name, "position"])
    op.create_table(
        "images",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        comment="the newest image of each site, so that a start need not read all facts",
    )
    op.create_table(
        "cursors",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("follower", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        comment="how far each follower has come with what it does about facts",
    )
