"""The journal's tables: amounts in integer minor units, instants in integer microseconds UTC, on both databases."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, text

metadata = MetaData()


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


transactions = Table(
    "transactions",
    metadata,
    Column("global_serial", Text, primary_key=True),
    _text("channel"),
    _text("channel_serial"),
    Column("payload_hash", LargeBinary, nullable=False),
    _text("operation"),
    _text("effect"),
    _text("host"),
    _text("customer"),
    _text("account"),
    Column("amount", BigInteger),
    _text("currency"),
    _text("limit_day"),
    _text("state"),
    _number("accepted_at"),
    _number("due_at"),
    Column("settled_at", BigInteger),
    _text("owner"),
    Column("command", LargeBinary, nullable=False),
    Column("outcome", LargeBinary, nullable=False),
    _text("host_serial"),
    _text("accounting_date"),
    _text("code"),
    _text("agent"),
    _text("call"),
    _text("terminal"),
    _text("branch"),
    _text("trace"),
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
HAS_MOBILE = text("mobile <> ''")
IS_OPEN = text("closed_at IS NULL")
IS_QUEUED = text("state = 'QUEUED'")
IS_DATED = text("accounting_date <> '' AND effect <> 'ENQUIRY'")
IS_UNDATED = text("accounting_date = '' AND state = 'DONE' AND effect <> 'ENQUIRY'")
UNDECIDED = text("verdict = 'OPEN'")
IN_A_CALL = text("call <> ''")

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
Index("transactions_by_customer", transactions.c.customer, transactions.c.accepted_at)
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
    _text("global_serial"),
    _number("at"),
    _text("kind"),
    Column("detail", LargeBinary, nullable=False),
    comment="what happened to a transaction between its acceptance and its end",
)
Index("events_by_serial", events.c.global_serial, events.c.number)

doubts = Table(
    "doubts",
    metadata,
    Column("global_serial", Text, primary_key=True),
    _text("host"),
    _text("operation"),
    _text("account"),
    _text("stage"),
    _text("policy"),
    _number("attempts"),
    _number("opened_at"),
    _number("due_at"),
    _text("reason"),
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
    _text("ending"),
    _text("reason"),
    _text("evidence"),
    _text("proposer"),
    _text("verdict"),
    _text("decider"),
    _text("remark"),
    _number("proposed_at"),
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
    _number("total"),
    _number("count"),
    comment="what is reserved or used of an account's limits, per day of the bank's time zone",
)

customers = Table(
    "customers",
    metadata,
    Column("number", Text, primary_key=True),
    _text("name"),
    Column("identity_document", Text, nullable=False, unique=True),
    _text("tier"),
    _number("registered_at"),
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
    _text("customer"),
    _number("sequence"),
    _text("host"),
    _text("kind"),
    _text("currency"),
    _number("single_limit"),
    _number("daily_limit"),
    _number("count_limit"),
    _number("registered_at"),
    comment="registered accounts, with their owner's sequence numbers and limits",
)
Index("accounts_by_sequence", accounts.c.customer, accounts.c.sequence, unique=True)

grants = Table(
    "grants",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    _text("customer"),
    _text("accounts"),
    _text("operations"),
    _text("channel"),
    _text("call"),
    _text("agent"),
    _number("issued_at"),
    _number("expires_at"),
    Column("terminal", Text, nullable=False, server_default=""),
    Column("login", Text, nullable=False, server_default=""),
    comment="proofs that a customer is there; accounts and operations are JSON lists",
)
Index("grants_by_call", grants.c.call)
Index("grants_by_login", grants.c.login)
Index("grants_by_expiry", grants.c.expires_at)

logins = Table(
    "logins",
    metadata,
    Column("login", Text, primary_key=True),
    _number("ended"),
    _number("kept_until"),
    comment="logins that have, or had, grants: one that has ended (1) gets none, whichever process is asked",
)
Index("logins_by_time", logins.c.kept_until)

access_events = Table(
    "access_events",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    _number("at"),
    _text("kind"),
    _text("grant_id"),
    _text("customer"),
    _text("channel"),
    _text("call"),
    _text("agent"),
    _text("terminal"),
    _text("accounts"),
    _text("operations"),
    Column("expires_at", BigInteger),
    _text("who"),
    _text("why"),
    comment="what became of grants, and what was refused that must be known; never a token",
)
Index("access_events_by_customer", access_events.c.customer, access_events.c.number)
Index("access_events_by_time", access_events.c.customer, access_events.c.at, access_events.c.number)
Index("access_events_by_call", access_events.c.call, access_events.c.number)

pin_tries = Table(
    "pin_tries",
    metadata,
    Column("customer", Text, primary_key=True),
    _number("failures"),
    Column("locked_until", BigInteger),
    comment="wrong PINs in a row",
)

routing_changes = Table(
    "routing_changes",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    _number("at"),
    _text("instance"),
    _text("operator"),
    _text("verdict"),
    _text("version"),
    _text("digest"),
    _text("reason"),
    _text("content"),
    Column("host", Text, nullable=False, server_default=""),
    comment="every version of the routing rules that was put into force or refused",
)

STILL_DIFFERENT = text("state = 'OPEN'")
differences = Table(
    "differences",
    metadata,
    Column("name", Text, primary_key=True),
    _text("host"),
    _text("accounting_date"),
    _text("reference"),
    _text("kind"),
    _text("state"),
    _number("opened_at"),
    Column("closed_at", BigInteger),
    _text("closed_by"),
    _text("reason"),
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
    _number("read_at"),
    comment="what a host answered last about an account, for while it is closed",
)

UNDECIDED_TABLE = text("verdict = 'PROPOSED'")
APPROVED_TABLE = text("verdict = 'APPROVED'")
table_versions = Table(
    "table_versions",
    metadata,
    Column("table_name", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _text("content"),
    _text("digest"),
    _text("reason"),
    _text("proposer"),
    _number("proposed_at"),
    _text("effective_date"),
    _text("verdict"),
    _text("decider"),
    Column("decided_at", BigInteger),
    _text("remark"),
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
    _text("global_serial"),
    _text("step"),
    comment="the transactions that a plan consists of; below zero what undoes the leg of that number",
)
Index("plan_legs_by_serial", plan_legs.c.global_serial, unique=True)

contacts = Table(
    "contacts",
    metadata,
    Column("customer", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    _text("value"),
    _number("set_at"),
    Column("verified_at", BigInteger),
    _text("method"),
    comment="ways to reach customers, and whether they were proved",
)

representatives = Table(
    "representatives",
    metadata,
    Column("company", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    _text("name"),
    _text("accounts"),
    Column("active", Integer, nullable=False),
    _number("registered_at"),
    comment="who acts for a company; accounts are a JSON list of sequence numbers",
)

pin_resets = Table(
    "pin_resets",
    metadata,
    Column("name", Text, primary_key=True),
    _text("customer"),
    _number("sequence"),
    _text("state"),
    _text("reason"),
    _text("requester"),
    _text("approver"),
    _text("serial"),
    _number("created_at"),
    _number("expires_at"),
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
