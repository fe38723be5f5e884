"""The journal, its limits and doubts, the registry and the grants."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _transactions()
    _history()
    _limits()
    _registry()
    _proofs()
    if op.get_context().dialect.name == "postgresql":
        op.execute(Path(__file__).with_name("0001_functions.sql").read_text("utf-8"))


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _binary(*names: str) -> list[sa.Column[bytes]]:
    return [sa.Column(name, sa.LargeBinary, nullable=False) for name in names]


def _claim() -> list[sa.Column[str] | sa.Column[int]]:
    return [
        sa.Column("claimed_by", sa.Text, nullable=False, server_default=""),
        sa.Column("claimed_until", sa.BigInteger, nullable=False, server_default="0"),
    ]


def _index(name: str, table: str, columns: list[str], where: str = "", *, unique: bool = False) -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _transactions() -> None:
    op.create_table(
        "transactions",
        sa.Column("global_serial", sa.Text, primary_key=True),
        *_text("channel", "channel_serial"),
        *_binary("payload_hash"),
        *_text("operation", "effect", "host", "customer", "account"),
        sa.Column("amount", sa.BigInteger),
        *_text("currency", "limit_day", "state"),
        *_number("accepted_at", "due_at"),
        sa.Column("settled_at", sa.BigInteger),
        *_text("owner"),
        *_binary("command", "outcome"),
        *_text("host_serial", "accounting_date", "code", "agent", "call", "terminal", "branch", "trace"),
        sa.Column("reserved", sa.BigInteger, nullable=False, comment="held against the limits; 0 once it is released"),
        *_claim(),
        comment="one row per transaction or enquiry; the first 27 columns are the record",
    )
    key = ["channel", "channel_serial"]
    _index("transactions_by_channel_serial", "transactions", key, "effect <> 'ENQUIRY'", unique=True)
    _index("transactions_by_time", "transactions", ["accepted_at", "global_serial"])
    _index("transactions_by_account", "transactions", ["account", "accepted_at"])
    _index("transactions_by_customer", "transactions", ["customer", "accepted_at"])
    _index("transactions_by_host_serial", "transactions", ["host_serial"], "host_serial <> ''")
    _index("transactions_due", "transactions", ["due_at"], "state = 'PENDING'")


def _history() -> None:
    op.create_table(
        "events",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        *_text("global_serial"),
        *_number("at"),
        *_text("kind"),
        *_binary("detail"),
        comment="what happened to a transaction between its acceptance and its end",
    )
    _index("events_by_serial", "events", ["global_serial", "number"])
    op.create_table(
        "doubts",
        sa.Column("global_serial", sa.Text, primary_key=True),
        *_text("host", "operation", "account", "stage", "policy"),
        *_number("attempts", "opened_at", "due_at"),
        *_text("reason"),
        sa.Column("closed_at", sa.BigInteger),
        *_claim(),
        comment="transactions whose outcome is not known; a closed one stays as evidence",
    )
    _index("doubts_open", "doubts", ["opened_at", "global_serial"], "closed_at IS NULL")
    _index("doubts_by_account", "doubts", ["account"], "closed_at IS NULL")


def _limits() -> None:
    op.create_table(
        "limit_usage",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("limit_day", sa.Text, primary_key=True),
        *_number("total", "count"),
        comment="what is reserved or used of an account's limits, per day of the bank's time zone",
    )


def _registry() -> None:
    op.create_table(
        "customers",
        sa.Column("number", sa.Text, primary_key=True),
        *_text("name"),
        sa.Column("identity_document", sa.Text, nullable=False, unique=True),
        *_text("tier"),
        *_number("registered_at"),
        sa.Column("last_sequence", sa.BigInteger, nullable=False, server_default="0"),
        comment="signed customers",
    )
    op.create_table(
        "accounts",
        sa.Column("account", sa.Text, primary_key=True),
        *_text("customer"),
        *_number("sequence"),
        *_text("host", "kind", "currency"),
        *_number("single_limit", "daily_limit", "count_limit", "registered_at"),
        comment="registered accounts, with their owner's sequence numbers and limits",
    )
    _index("accounts_by_sequence", "accounts", ["customer", "sequence"], unique=True)


def _proofs() -> None:
    op.create_table(
        "grants",
        sa.Column("token_hash", sa.LargeBinary, primary_key=True),
        *_text("customer", "accounts", "operations", "channel", "call", "agent"),
        *_number("issued_at", "expires_at"),
        comment="proofs that a customer is there; accounts and operations are JSON lists",
    )
    _index("grants_by_call", "grants", ["call"])
    _index("grants_by_expiry", "grants", ["expires_at"])
    op.create_table(
        "pin_tries",
        sa.Column("customer", sa.Text, primary_key=True),
        *_number("failures"),
        sa.Column("locked_until", sa.BigInteger),
        comment="wrong PINs in a row",
    )
