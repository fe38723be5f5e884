"""Customers of both kinds with documents and segments; contacts, representatives, PIN resets, and what happened.

A company that has been registered before is known by its accounts at the corporate front-end. Mobile numbers that were
registered become contacts that nobody has verified.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TEXTS = (("kind", "PERSONAL"), ("document_kind", ""), ("segment", ""), ("segment_date", ""), ("segment_rule", ""))


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def upgrade() -> None:
    for name, default in _TEXTS:
        op.add_column("customers", sa.Column(name, sa.Text, nullable=False, server_default=default))
    op.execute(
        "UPDATE customers SET kind = 'CORPORATE', document_kind = 'CREDIT_CODE' "
        "WHERE number IN (SELECT customer FROM accounts WHERE host = 'corporate')"
    )
    _contacts()
    _representatives()
    _pin_resets()
    _interactions()


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("customer", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        _text("value"),
        _number("set_at"),
        sa.Column("verified_at", sa.BigInteger),
        _text("method"),
    )
    op.execute(
        "INSERT INTO contacts (customer, kind, value, set_at, verified_at, method) "
        "SELECT number, 'MOBILE', mobile, registered_at, NULL, '' FROM customers WHERE mobile <> ''"
    )


def _representatives() -> None:
    op.create_table(
        "representatives",
        sa.Column("company", sa.Text, primary_key=True),
        sa.Column("number", sa.Text, primary_key=True),
        _text("name"),
        _text("accounts"),
        sa.Column("active", sa.Integer, nullable=False),
        _number("registered_at"),
    )


def _pin_resets() -> None:
    op.create_table(
        "pin_resets",
        sa.Column("name", sa.Text, primary_key=True),
        _text("customer"),
        _number("sequence"),
        _text("state"),
        _text("reason"),
        _text("requester"),
        _text("approver"),
        _text("serial"),
        _number("created_at"),
        _number("expires_at"),
    )
    op.create_index("pin_resets_by_account", "pin_resets", ["customer", "sequence"])
    op.create_table(
        "pins_to_change",
        sa.Column("customer", sa.Text, primary_key=True),
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    )


def _interactions() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "interactions",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        _text("customer"),
        _number("at"),
        _text("kind"),
        _text("channel"),
        _text("event"),
        _text("reference"),
        _number("sequence"),
        _text("code"),
        _text("call"),
        _text("agent"),
        _text("representative"),
        _text("changes"),
        _text("reason"),
        _text("key"),
    )
    op.create_index("interactions_by_customer", "interactions", ["customer", "at", "number"])
    of_one, keyed = sa.text("representative <> ''"), sa.text("key <> ''")
    op.create_index(
        "interactions_by_representative",
        "interactions",
        ["customer", "representative"],
        sqlite_where=of_one,
        postgresql_where=of_one,
    )
    op.create_index(
        "interactions_by_key", "interactions", ["key"], unique=True, sqlite_where=keyed, postgresql_where=keyed
    )
