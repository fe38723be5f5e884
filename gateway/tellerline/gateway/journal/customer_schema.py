"""The journal's tables of customers: who they are, what is theirs, who acts for them, what happened to them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text

from tellerline.gateway.journal.columns import metadata, number_column, text_column

HAS_MOBILE = text("mobile <> ''")

customers = Table(
    "customers",
    metadata,
    Column("number", Text, primary_key=True),
    text_column("name"),
    Column("identity_document", Text, nullable=False, unique=True),
    text_column("tier"),
    number_column("registered_at"),
    Column("last_sequence", BigInteger, nullable=False, server_default="0"),
    Column("mobile", Text, nullable=False, server_default=""),
    Column("kind", Text, nullable=False, server_default="PERSONAL"),
    Column("document_kind", Text, nullable=False, server_default=""),
    Column("segment", Text, nullable=False, server_default=""),
    Column("segment_date", Text, nullable=False, server_default=""),
    Column("segment_rule", Text, nullable=False, server_default=""),
    comment="signed customers",
)
Index(
    "customers_by_mobile",
    customers.c.mobile,
    sqlite_where=HAS_MOBILE,
    postgresql_where=HAS_MOBILE,
)

accounts = Table(
    "accounts",
    metadata,
    Column("account", Text, primary_key=True),
    text_column("customer"),
    number_column("sequence"),
    text_column("host"),
    text_column("kind"),
    text_column("currency"),
    number_column("single_limit"),
    number_column("daily_limit"),
    number_column("count_limit"),
    number_column("registered_at"),
    comment="registered accounts, with their owner's sequence numbers and limits",
)
Index("accounts_by_sequence", accounts.c.customer, accounts.c.sequence, unique=True)

contacts = Table(
    "contacts",
    metadata,
    Column("customer", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    text_column("value"),
    number_column("set_at"),
    Column("verified_at", BigInteger),
    text_column("method"),
    comment="ways to reach customers, and whether they were proved",
)

representatives = Table(
    "representatives",
    metadata,
    Column("company", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    text_column("name"),
    text_column("accounts"),
    Column("active", Integer, nullable=False),
    number_column("registered_at"),
    comment="who acts for a company; accounts are a JSON list of sequence numbers",
)

pin_resets = Table(
    "pin_resets",
    metadata,
    Column("name", Text, primary_key=True),
    text_column("customer"),
    number_column("sequence"),
    text_column("state"),
    text_column("reason"),
    text_column("requester"),
    text_column("approver"),
    text_column("serial"),
    number_column("created_at"),
    number_column("expires_at"),
    comment="resets of PINs at the counter: asked for by one, approved by another; never a PIN",
)
Index("pin_resets_by_account", pin_resets.c.customer, pin_resets.c.sequence)

pins_to_change = Table(
    "pins_to_change",
    metadata,
    Column("customer", Text, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    comment="accounts whose PIN must be changed at its next use",
)

OF_A_REPRESENTATIVE = text("representative <> ''")
HAS_KEY = text("key <> ''")
interactions = Table(
    "interactions",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    text_column("customer"),
    number_column("at"),
    text_column("kind"),
    text_column("channel"),
    text_column("event"),
    text_column("reference"),
    number_column("sequence"),
    text_column("code"),
    text_column("call"),
    text_column("agent"),
    text_column("representative"),
    text_column("changes"),
    text_column("reason"),
    text_column("key"),
    comment="what happened between customers and the bank beside transactions; changes are a JSON list",
)
Index("interactions_by_customer", interactions.c.customer, interactions.c.at, interactions.c.number)
Index(
    "interactions_by_representative",
    interactions.c.customer,
    interactions.c.representative,
    sqlite_where=OF_A_REPRESENTATIVE,
    postgresql_where=OF_A_REPRESENTATIVE,
)
Index("interactions_by_key", interactions.c.key, unique=True, sqlite_where=HAS_KEY, postgresql_where=HAS_KEY)
