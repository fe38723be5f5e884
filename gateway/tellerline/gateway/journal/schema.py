"""The journal's tables: amounts in integer minor units, instants in integer microseconds UTC, on both databases.

Those of customers stand in ``customer_schema``.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text, text

from tellerline.gateway.journal.columns import metadata, number_column, text_column

transactions = Table(
    "transactions",
    metadata,
    Column("global_serial", Text, primary_key=True),
    text_column("channel"),
    text_column("channel_serial"),
    Column("payload_hash", LargeBinary, nullable=False),
    text_column("operation"),
    text_column("effect"),
    text_column("host"),
    text_column("customer"),
    text_column("account"),
    Column("amount", BigInteger),
    text_column("currency"),
    text_column("limit_day"),
    text_column("state"),
    number_column("accepted_at"),
    number_column("due_at"),
    Column("settled_at", BigInteger),
    text_column("owner"),
    Column("command", LargeBinary, nullable=False),
    Column("outcome", LargeBinary, nullable=False),
    text_column("host_serial"),
    text_column("accounting_date"),
    text_column("code"),
    text_column("agent"),
    text_column("call"),
    text_column("terminal"),
    text_column("branch"),
    text_column("trace"),
    Column("reserved", BigInteger, nullable=False, comment="held against the limits; 0 once it is released"),
    Column("claimed_by", Text, nullable=False, server_default=""),
    Column("claimed_until", BigInteger, nullable=False, server_default="0"),
    comment="one row per transaction or enquiry; the first 27 columns are the record",
)

NOT_AN_ENQUIRY = text("effect <> 'ENQUIRY'")
AN_ENQUIRY = text("effect = 'ENQUIRY'")
BY_ITS_ACCOUNT = text("(effect <> 'ENQUIRY' OR customer = '')")
A_STATE_CHANGE = text("effect = 'STATE'")
STILL_PENDING = text("state = 'PENDING'")
IS_UNCOMMON = text("state <> 'DONE' AND state <> 'PENDING'")
HAS_HOST_SERIAL = text("host_serial <> ''")
IS_OPEN = text("closed_at IS NULL")
IS_QUEUED = text("state = 'QUEUED'")
IS_DATED = text("accounting_date <> '' AND effect <> 'ENQUIRY'")
IS_UNDATED = text("accounting_date = '' AND state = 'DONE' AND effect <> 'ENQUIRY'")
UNDECIDED = text("verdict = 'OPEN'")
IN_A_CALL = text("call <> ''")
A_PIN_CHANGE = text("operation = 'customers.ChangePin'")

Index(
    "transactions_by_channel_serial",
    transactions.c.channel_serial,
    transactions.c.channel,
    unique=True,
    sqlite_where=NOT_AN_ENQUIRY,
    postgresql_where=NOT_AN_ENQUIRY,
)
Index(
    "transactions_enquiries_by_serial",
    transactions.c.channel_serial,
    sqlite_where=AN_ENQUIRY,
    postgresql_where=AN_ENQUIRY,
)
Index(
    "transactions_uncommon",
    transactions.c.state,
    transactions.c.accepted_at,
    transactions.c.global_serial,
    sqlite_where=IS_UNCOMMON,
    postgresql_where=IS_UNCOMMON,
)
Index("transactions_by_time", transactions.c.accepted_at, transactions.c.global_serial)
Index("transactions_by_account", transactions.c.account, transactions.c.accepted_at, sqlite_where=BY_ITS_ACCOUNT)
# In PostgreSQL without the account, which has an index of all rows there.
Index("transactions_by_customer", transactions.c.customer, transactions.c.accepted_at, transactions.c.account)
Index(
    "transactions_by_host_serial",
    transactions.c.host_serial,
    sqlite_where=HAS_HOST_SERIAL,
    postgresql_where=HAS_HOST_SERIAL,
)
Index(
    "transactions_by_call",
    transactions.c.call,
    transactions.c.accepted_at,
    sqlite_where=IN_A_CALL,
    postgresql_where=IN_A_CALL,
)
Index("transactions_due", transactions.c.due_at, sqlite_where=STILL_PENDING, postgresql_where=STILL_PENDING)
Index(
    "transactions_state_changes",
    transactions.c.operation,
    transactions.c.state,
    transactions.c.global_serial,
    sqlite_where=A_STATE_CHANGE,
    postgresql_where=A_STATE_CHANGE,
)
Index(
    "transactions_by_accounting_date",
    transactions.c.host,
    transactions.c.accounting_date,
    transactions.c.global_serial,
    sqlite_where=IS_DATED,
    postgresql_where=IS_DATED,
)
Index(
    "transactions_undated",
    transactions.c.host,
    transactions.c.global_serial,
    sqlite_where=IS_UNDATED,
    postgresql_where=IS_UNDATED,
)

Index(
    "transactions_queued",
    transactions.c.host,
    transactions.c.accepted_at,
    transactions.c.global_serial,
    sqlite_where=IS_QUEUED,
    postgresql_where=IS_QUEUED,
)
Index(
    "transactions_pin_changes",
    transactions.c.account,
    transactions.c.accepted_at,
    transactions.c.global_serial,
    sqlite_where=A_PIN_CHANGE,
    postgresql_where=A_PIN_CHANGE,
)

enquirers = Table(
    "enquirers",
    metadata,
    Column("account", Text, primary_key=True),
    Column("customer", Text, primary_key=True),
    sqlite_with_rowid=False,
    comment="SQLite's alone: who has ever enquired about an account; a trigger on the transactions writes it",
)

events = Table(
    "events",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    text_column("global_serial"),
    number_column("at"),
    text_column("kind"),
    Column("detail", LargeBinary, nullable=False),
    comment="what happened to a transaction between its acceptance and its end",
)
Index("events_by_serial", events.c.global_serial, events.c.number)

doubts = Table(
    "doubts",
    metadata,
    Column("global_serial", Text, primary_key=True),
    text_column("host"),
    text_column("operation"),
    text_column("account"),
    text_column("stage"),
    text_column("policy"),
    number_column("attempts"),
    number_column("opened_at"),
    number_column("due_at"),
    text_column("reason"),
    Column("closed_at", BigInteger),
    Column("claimed_by", Text, nullable=False, server_default=""),
    Column("claimed_until", BigInteger, nullable=False, server_default="0"),
    comment="transactions whose outcome is not known; a closed one stays as evidence",
)
Index(
    "doubts_open",
    doubts.c.opened_at,
    doubts.c.global_serial,
    sqlite_where=IS_OPEN,
    postgresql_where=IS_OPEN,
)
Index("doubts_by_account", doubts.c.account, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)

resolutions = Table(
    "resolutions",
    metadata,
    Column("global_serial", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    text_column("ending"),
    text_column("reason"),
    text_column("evidence"),
    text_column("proposer"),
    text_column("verdict"),
    text_column("decider"),
    text_column("remark"),
    number_column("proposed_at"),
    Column("decided_at", BigInteger),
    comment="how people say that a case ends: proposed by one, decided by another",
)
Index(
    "resolutions_open",
    resolutions.c.global_serial,
    unique=True,
    sqlite_where=UNDECIDED,
    postgresql_where=UNDECIDED,
)

limit_usage = Table(
    "limit_usage",
    metadata,
    Column("account", Text, primary_key=True),
    Column("limit_day", Text, primary_key=True),
    number_column("total"),
    number_column("count"),
    comment="what is reserved or used of an account's limits, per day of the bank's time zone",
)

grants = Table(
    "grants",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    text_column("customer"),
    text_column("accounts"),
    text_column("operations"),
    text_column("channel"),
    text_column("call"),
    text_column("agent"),
    number_column("issued_at"),
    number_column("expires_at"),
    Column("terminal", Text, nullable=False, server_default=""),
    Column("login", Text, nullable=False, server_default=""),
    comment="proofs that a customer is there; accounts and operations are JSON lists",
)
Index("grants_by_call", grants.c.call)
Index("grants_by_login", grants.c.login)
Index("grants_by_customer", grants.c.customer)
Index("grants_by_expiry", grants.c.expires_at)

logins = Table(
    "logins",
    metadata,
    Column("login", Text, primary_key=True),
    number_column("ended"),
    number_column("kept_until"),
    comment="logins that have, or had, grants: one that has ended (1) gets none, whichever process is asked",
)
Index("logins_by_time", logins.c.kept_until)

access_events = Table(
    "access_events",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    number_column("at"),
    text_column("kind"),
    text_column("grant_id"),
    text_column("customer"),
    text_column("channel"),
    text_column("call"),
    text_column("agent"),
    text_column("terminal"),
    text_column("accounts"),
    text_column("operations"),
    Column("expires_at", BigInteger),
    text_column("who"),
    text_column("why"),
    comment="what became of grants, and what was refused that must be known; never a token",
)
Index("access_events_by_customer", access_events.c.customer, access_events.c.number)
Index("access_events_by_time", access_events.c.customer, access_events.c.at, access_events.c.number)
Index("access_events_by_call", access_events.c.call, access_events.c.number)

pin_tries = Table(
    "pin_tries",
    metadata,
    Column("customer", Text, primary_key=True),
    number_column("failures"),
    Column("locked_until", BigInteger),
    Column("ended", BigInteger, nullable=False, server_default="0"),
    comment="wrong proofs in a row, and how often what was proved has ended",
)

routing_changes = Table(
    "routing_changes",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    number_column("at"),
    text_column("instance"),
    text_column("operator"),
    text_column("verdict"),
    text_column("version"),
    text_column("digest"),
    text_column("reason"),
    text_column("content"),
    Column("host", Text, nullable=False, server_default=""),
    comment="every version of the routing rules that was put into force or refused",
)

STILL_DIFFERENT = text("state = 'OPEN'")
differences = Table(
    "differences",
    metadata,
    Column("name", Text, primary_key=True),
    text_column("host"),
    text_column("accounting_date"),
    text_column("reference"),
    text_column("kind"),
    text_column("state"),
    number_column("opened_at"),
    Column("closed_at", BigInteger),
    text_column("closed_by"),
    text_column("reason"),
    Column("detail", LargeBinary, nullable=False),
    comment="what the journal and a host's day file say differently, one case each",
)
Index("differences_open", differences.c.name, sqlite_where=STILL_DIFFERENT, postgresql_where=STILL_DIFFERENT)
Index("differences_by_reference", differences.c.reference)

last_known = Table(
    "last_known",
    metadata,
    Column("operation", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("outcome", LargeBinary, nullable=False),
    number_column("read_at"),
    comment="what a host answered last about an account, for while it is closed",
)

UNDECIDED_TABLE = text("verdict = 'PROPOSED'")
APPROVED_TABLE = text("verdict = 'APPROVED'")
table_versions = Table(
    "table_versions",
    metadata,
    Column("table_name", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    text_column("content"),
    text_column("digest"),
    text_column("reason"),
    text_column("proposer"),
    number_column("proposed_at"),
    text_column("effective_date"),
    text_column("verdict"),
    text_column("decider"),
    Column("decided_at", BigInteger),
    text_column("remark"),
    Column("effective_at", BigInteger),
    comment="tables of public information: proposed by one person, approved by another, in effect from a moment on",
)
Index(
    "table_versions_proposed",
    table_versions.c.table_name,
    unique=True,
    sqlite_where=UNDECIDED_TABLE,
    postgresql_where=UNDECIDED_TABLE,
)
Index(
    "table_versions_in_effect",
    table_versions.c.table_name,
    table_versions.c.effective_at,
    table_versions.c.number,
    sqlite_where=APPROVED_TABLE,
    postgresql_where=APPROVED_TABLE,
)

plan_legs = Table(
    "plan_legs",
    metadata,
    Column("plan", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("attempt", BigInteger, primary_key=True, autoincrement=False),
    text_column("global_serial"),
    text_column("step"),
    comment="the transactions that a plan consists of; below zero what undoes the leg of that number",
)
Index("plan_legs_by_serial", plan_legs.c.global_serial, unique=True)
