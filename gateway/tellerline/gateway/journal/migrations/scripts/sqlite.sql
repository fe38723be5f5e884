CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE transactions (
    global_serial TEXT NOT NULL, 
    channel TEXT NOT NULL, 
    channel_serial TEXT NOT NULL, 
    payload_hash BLOB NOT NULL, 
    operation TEXT NOT NULL, 
    effect TEXT NOT NULL, 
    host TEXT NOT NULL, 
    customer TEXT NOT NULL, 
    account TEXT NOT NULL, 
    amount BIGINT, 
    currency TEXT NOT NULL, 
    limit_day TEXT NOT NULL, 
    state TEXT NOT NULL, 
    accepted_at BIGINT NOT NULL, 
    due_at BIGINT NOT NULL, 
    settled_at BIGINT, 
    owner TEXT NOT NULL, 
    command BLOB NOT NULL, 
    outcome BLOB NOT NULL, 
    host_serial TEXT NOT NULL, 
    accounting_date TEXT NOT NULL, 
    code TEXT NOT NULL, 
    agent TEXT NOT NULL, 
    call TEXT NOT NULL, 
    terminal TEXT NOT NULL, 
    branch TEXT NOT NULL, 
    trace TEXT NOT NULL, 
    reserved BIGINT NOT NULL, 
    claimed_by TEXT DEFAULT '' NOT NULL, 
    claimed_until BIGINT DEFAULT '0' NOT NULL, 
    PRIMARY KEY (global_serial)
);

CREATE UNIQUE INDEX transactions_by_channel_serial ON transactions (channel, channel_serial) WHERE effect <> 'ENQUIRY';

CREATE INDEX transactions_by_time ON transactions (accepted_at, global_serial);

CREATE INDEX transactions_by_account ON transactions (account, accepted_at);

CREATE INDEX transactions_by_customer ON transactions (customer, accepted_at);

CREATE INDEX transactions_by_host_serial ON transactions (host_serial) WHERE host_serial <> '';

CREATE INDEX transactions_due ON transactions (due_at) WHERE state = 'PENDING';

CREATE TABLE events (
    number INTEGER NOT NULL, 
    global_serial TEXT NOT NULL, 
    at BIGINT NOT NULL, 
    kind TEXT NOT NULL, 
    detail BLOB NOT NULL, 
    PRIMARY KEY (number)
);

CREATE INDEX events_by_serial ON events (global_serial, number);

CREATE TABLE doubts (
    global_serial TEXT NOT NULL, 
    host TEXT NOT NULL, 
    operation TEXT NOT NULL, 
    account TEXT NOT NULL, 
    stage TEXT NOT NULL, 
    policy TEXT NOT NULL, 
    attempts BIGINT NOT NULL, 
    opened_at BIGINT NOT NULL, 
    due_at BIGINT NOT NULL, 
    reason TEXT NOT NULL, 
    closed_at BIGINT, 
    claimed_by TEXT DEFAULT '' NOT NULL, 
    claimed_until BIGINT DEFAULT '0' NOT NULL, 
    PRIMARY KEY (global_serial)
);

CREATE INDEX doubts_open ON doubts (opened_at, global_serial) WHERE closed_at IS NULL;

CREATE INDEX doubts_by_account ON doubts (account) WHERE closed_at IS NULL;

CREATE TABLE limit_usage (
    account TEXT NOT NULL, 
    limit_day TEXT NOT NULL, 
    total BIGINT NOT NULL, 
    count BIGINT NOT NULL, 
    PRIMARY KEY (account, limit_day)
);

CREATE TABLE customers (
    number TEXT NOT NULL, 
    name TEXT NOT NULL, 
    identity_document TEXT NOT NULL, 
    tier TEXT NOT NULL, 
    registered_at BIGINT NOT NULL, 
    last_sequence BIGINT DEFAULT '0' NOT NULL, 
    PRIMARY KEY (number), 
    UNIQUE (identity_document)
);

CREATE TABLE accounts (
    account TEXT NOT NULL, 
    customer TEXT NOT NULL, 
    sequence BIGINT NOT NULL, 
    host TEXT NOT NULL, 
    kind TEXT NOT NULL, 
    currency TEXT NOT NULL, 
    single_limit BIGINT NOT NULL, 
    daily_limit BIGINT NOT NULL, 
    count_limit BIGINT NOT NULL, 
    registered_at BIGINT NOT NULL, 
    PRIMARY KEY (account)
);

CREATE UNIQUE INDEX accounts_by_sequence ON accounts (customer, sequence);

CREATE TABLE grants (
    token_hash BLOB NOT NULL, 
    customer TEXT NOT NULL, 
    accounts TEXT NOT NULL, 
    operations TEXT NOT NULL, 
    channel TEXT NOT NULL, 
    call TEXT NOT NULL, 
    agent TEXT NOT NULL, 
    issued_at BIGINT NOT NULL, 
    expires_at BIGINT NOT NULL, 
    PRIMARY KEY (token_hash)
);

CREATE INDEX grants_by_call ON grants (call);

CREATE INDEX grants_by_expiry ON grants (expires_at);

CREATE TABLE pin_tries (
    customer TEXT NOT NULL, 
    failures BIGINT NOT NULL, 
    locked_until BIGINT, 
    PRIMARY KEY (customer)
);

INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING version_num;

-- Running upgrade 0001 -> 0002

CREATE INDEX transactions_state_changes ON transactions (operation, state, global_serial) WHERE effect = 'STATE';

UPDATE alembic_version SET version_num='0002' WHERE alembic_version.version_num = '0001';

-- Running upgrade 0002 -> 0003

CREATE TABLE resolutions (
    global_serial TEXT NOT NULL, 
    number BIGINT NOT NULL, 
    ending TEXT NOT NULL, 
    reason TEXT NOT NULL, 
    evidence TEXT NOT NULL, 
    proposer TEXT NOT NULL, 
    verdict TEXT NOT NULL, 
    decider TEXT NOT NULL, 
    remark TEXT NOT NULL, 
    proposed_at BIGINT NOT NULL, 
    decided_at BIGINT, 
    PRIMARY KEY (global_serial, number)
);

CREATE UNIQUE INDEX resolutions_open ON resolutions (global_serial) WHERE verdict = 'OPEN';

UPDATE alembic_version SET version_num='0003' WHERE alembic_version.version_num = '0002';

-- Running upgrade 0003 -> 0004

CREATE TABLE routing_changes (
    number INTEGER NOT NULL, 
    at BIGINT NOT NULL, 
    instance TEXT NOT NULL, 
    operator TEXT NOT NULL, 
    verdict TEXT NOT NULL, 
    version TEXT NOT NULL, 
    digest TEXT NOT NULL, 
    reason TEXT NOT NULL, 
    content TEXT NOT NULL, 
    PRIMARY KEY (number)
);

CREATE TABLE differences (
    name TEXT NOT NULL, 
    host TEXT NOT NULL, 
    accounting_date TEXT NOT NULL, 
    reference TEXT NOT NULL, 
    kind TEXT NOT NULL, 
    state TEXT NOT NULL, 
    opened_at BIGINT NOT NULL, 
    closed_at BIGINT, 
    closed_by TEXT NOT NULL, 
    reason TEXT NOT NULL, 
    detail BLOB NOT NULL, 
    PRIMARY KEY (name)
);

CREATE INDEX differences_open ON differences (name) WHERE state = 'OPEN';

CREATE INDEX transactions_by_accounting_date ON transactions (host, accounting_date, global_serial) WHERE accounting_date <> '' AND effect <> 'ENQUIRY';

UPDATE alembic_version SET version_num='0004' WHERE alembic_version.version_num = '0003';

-- Running upgrade 0004 -> 0005

CREATE INDEX transactions_queued ON transactions (host, accepted_at, global_serial) WHERE state = 'QUEUED';

CREATE TABLE last_known (
    operation TEXT NOT NULL, 
    account TEXT NOT NULL, 
    outcome BLOB NOT NULL, 
    read_at BIGINT NOT NULL, 
    PRIMARY KEY (operation, account)
);

UPDATE alembic_version SET version_num='0005' WHERE alembic_version.version_num = '0004';

-- Running upgrade 0005 -> 0006

CREATE TABLE plan_legs (
    "plan" TEXT NOT NULL, 
    number BIGINT NOT NULL, 
    attempt BIGINT NOT NULL, 
    global_serial TEXT NOT NULL, 
    step TEXT NOT NULL, 
    PRIMARY KEY ("plan", number, attempt)
);

CREATE UNIQUE INDEX plan_legs_by_serial ON plan_legs (global_serial);

UPDATE alembic_version SET version_num='0006' WHERE alembic_version.version_num = '0005';

-- Running upgrade 0006 -> 0007

ALTER TABLE routing_changes ADD COLUMN host TEXT DEFAULT '' NOT NULL;

UPDATE alembic_version SET version_num='0007' WHERE alembic_version.version_num = '0006';

-- Running upgrade 0007 -> 0008

DROP INDEX transactions_by_channel_serial;

CREATE UNIQUE INDEX transactions_by_channel_serial ON transactions (channel_serial, channel) WHERE effect <> 'ENQUIRY';

CREATE INDEX transactions_enquiries_by_serial ON transactions (channel_serial) WHERE effect = 'ENQUIRY';

CREATE INDEX transactions_uncommon ON transactions (state, accepted_at, global_serial) WHERE state <> 'DONE' AND state <> 'PENDING';

UPDATE alembic_version SET version_num='0008' WHERE alembic_version.version_num = '0007';

-- Running upgrade 0008 -> 0009

CREATE INDEX transactions_undated ON transactions (host, global_serial) WHERE accounting_date = '' AND state = 'DONE' AND effect <> 'ENQUIRY';

CREATE INDEX differences_by_reference ON differences (reference);

UPDATE alembic_version SET version_num='0009' WHERE alembic_version.version_num = '0008';

-- Running upgrade 0009 -> 0010

CREATE INDEX transactions_by_call ON transactions (call, accepted_at) WHERE call <> '';

UPDATE alembic_version SET version_num='0010' WHERE alembic_version.version_num = '0009';

-- Running upgrade 0010 -> 0011

ALTER TABLE customers ADD COLUMN mobile TEXT DEFAULT '' NOT NULL;

CREATE INDEX customers_by_mobile ON customers (mobile) WHERE mobile <> '';

UPDATE alembic_version SET version_num='0011' WHERE alembic_version.version_num = '0010';

-- Running upgrade 0011 -> 0012

ALTER TABLE customers ADD COLUMN kind TEXT DEFAULT 'PERSONAL' NOT NULL;

ALTER TABLE customers ADD COLUMN document_kind TEXT DEFAULT '' NOT NULL;

ALTER TABLE customers ADD COLUMN segment TEXT DEFAULT '' NOT NULL;

ALTER TABLE customers ADD COLUMN segment_date TEXT DEFAULT '' NOT NULL;

ALTER TABLE customers ADD COLUMN segment_rule TEXT DEFAULT '' NOT NULL;

UPDATE customers SET kind = 'CORPORATE', document_kind = 'CREDIT_CODE' WHERE number IN (SELECT customer FROM accounts WHERE host = 'corporate');

CREATE TABLE contacts (
    customer TEXT NOT NULL, 
    kind TEXT NOT NULL, 
    value TEXT NOT NULL, 
    set_at BIGINT NOT NULL, 
    verified_at BIGINT, 
    method TEXT NOT NULL, 
    PRIMARY KEY (customer, kind)
);

INSERT INTO contacts (customer, kind, value, set_at, verified_at, method) SELECT number, 'MOBILE', mobile, registered_at, NULL, '' FROM customers WHERE mobile <> '';

CREATE TABLE representatives (
    company TEXT NOT NULL, 
    number TEXT NOT NULL, 
    name TEXT NOT NULL, 
    accounts TEXT NOT NULL, 
    active INTEGER NOT NULL, 
    registered_at BIGINT NOT NULL, 
    PRIMARY KEY (company, number)
);

CREATE TABLE pin_resets (
    name TEXT NOT NULL, 
    customer TEXT NOT NULL, 
    sequence BIGINT NOT NULL, 
    state TEXT NOT NULL, 
    reason TEXT NOT NULL, 
    requester TEXT NOT NULL, 
    approver TEXT NOT NULL, 
    serial TEXT NOT NULL, 
    created_at BIGINT NOT NULL, 
    expires_at BIGINT NOT NULL, 
    PRIMARY KEY (name)
);

CREATE INDEX pin_resets_by_account ON pin_resets (customer, sequence);

CREATE TABLE pins_to_change (
    customer TEXT NOT NULL, 
    sequence BIGINT NOT NULL, 
    PRIMARY KEY (customer, sequence)
);

CREATE TABLE interactions (
    number INTEGER NOT NULL, 
    customer TEXT NOT NULL, 
    at BIGINT NOT NULL, 
    kind TEXT NOT NULL, 
    channel TEXT NOT NULL, 
    event TEXT NOT NULL, 
    reference TEXT NOT NULL, 
    sequence BIGINT NOT NULL, 
    code TEXT NOT NULL, 
    call TEXT NOT NULL, 
    agent TEXT NOT NULL, 
    representative TEXT NOT NULL, 
    changes TEXT NOT NULL, 
    reason TEXT NOT NULL, 
    "key" TEXT NOT NULL, 
    PRIMARY KEY (number)
);

CREATE INDEX interactions_by_customer ON interactions (customer, at, number);

CREATE INDEX interactions_by_representative ON interactions (customer, representative) WHERE representative <> '';

CREATE UNIQUE INDEX interactions_by_key ON interactions ("key") WHERE key <> '';

UPDATE alembic_version SET version_num='0012' WHERE alembic_version.version_num = '0011';

-- Running upgrade 0012 -> 0013

ALTER TABLE grants ADD COLUMN terminal TEXT DEFAULT '' NOT NULL;

CREATE TABLE access_events (
    number INTEGER NOT NULL, 
    at BIGINT NOT NULL, 
    kind TEXT NOT NULL, 
    grant_id TEXT NOT NULL, 
    customer TEXT NOT NULL, 
    channel TEXT NOT NULL, 
    call TEXT NOT NULL, 
    agent TEXT NOT NULL, 
    terminal TEXT NOT NULL, 
    accounts TEXT NOT NULL, 
    operations TEXT NOT NULL, 
    expires_at BIGINT, 
    who TEXT NOT NULL, 
    why TEXT NOT NULL, 
    PRIMARY KEY (number)
);

CREATE INDEX access_events_by_customer ON access_events (customer, number);

CREATE INDEX access_events_by_call ON access_events (call, number);

UPDATE alembic_version SET version_num='0013' WHERE alembic_version.version_num = '0012';

-- Running upgrade 0013 -> 0014

CREATE TABLE table_versions (
    table_name TEXT NOT NULL, 
    number BIGINT NOT NULL, 
    content TEXT NOT NULL, 
    digest TEXT NOT NULL, 
    reason TEXT NOT NULL, 
    proposer TEXT NOT NULL, 
    proposed_at BIGINT NOT NULL, 
    effective_date TEXT NOT NULL, 
    verdict TEXT NOT NULL, 
    decider TEXT NOT NULL, 
    decided_at BIGINT, 
    remark TEXT NOT NULL, 
    effective_at BIGINT, 
    PRIMARY KEY (table_name, number)
);

CREATE UNIQUE INDEX table_versions_proposed ON table_versions (table_name) WHERE verdict = 'PROPOSED';

CREATE INDEX table_versions_in_effect ON table_versions (table_name, effective_at, number) WHERE verdict = 'APPROVED';

UPDATE alembic_version SET version_num='0014' WHERE alembic_version.version_num = '0013';

-- Running upgrade 0014 -> 0015

CREATE INDEX access_events_by_time ON access_events (customer, at, number);

UPDATE alembic_version SET version_num='0015' WHERE alembic_version.version_num = '0014';

-- Running upgrade 0015 -> 0016

ALTER TABLE grants ADD COLUMN login TEXT DEFAULT '' NOT NULL;

CREATE INDEX grants_by_login ON grants (login);

CREATE TABLE logins (
    login TEXT NOT NULL, 
    ended BIGINT NOT NULL, 
    kept_until BIGINT NOT NULL, 
    PRIMARY KEY (login)
);

CREATE INDEX logins_by_time ON logins (kept_until);

UPDATE alembic_version SET version_num='0016' WHERE alembic_version.version_num = '0015';

-- Running upgrade 0016 -> 0017

DROP INDEX transactions_by_account;

CREATE INDEX transactions_by_account ON transactions (account, accepted_at) WHERE (effect <> 'ENQUIRY' OR customer = '');

CREATE TABLE enquirers (
    account TEXT NOT NULL, 
    customer TEXT NOT NULL, 
    PRIMARY KEY (account, customer)
)
 WITHOUT ROWID;

INSERT INTO enquirers SELECT DISTINCT account, customer FROM transactions WHERE effect = 'ENQUIRY' AND account <> '' AND customer <> '';

CREATE TRIGGER transactions_enquirers AFTER INSERT ON transactions WHEN NEW.effect = 'ENQUIRY' AND NEW.account <> '' AND NEW.customer <> '' BEGIN INSERT OR IGNORE INTO enquirers VALUES (NEW.account, NEW.customer); END;

UPDATE alembic_version SET version_num='0017' WHERE alembic_version.version_num = '0016';

-- Running upgrade 0017 -> 0018

DROP INDEX transactions_by_customer;

CREATE INDEX transactions_by_customer ON transactions (customer, accepted_at, account);

UPDATE alembic_version SET version_num='0018' WHERE alembic_version.version_num = '0017';

-- Running upgrade 0018 -> 0019

ALTER TABLE pin_tries ADD COLUMN ended BIGINT DEFAULT '0' NOT NULL;

CREATE INDEX grants_by_customer ON grants (customer);

UPDATE alembic_version SET version_num='0019' WHERE alembic_version.version_num = '0018';

-- Running upgrade 0019 -> 0020

CREATE INDEX transactions_pin_changes ON transactions (account, accepted_at, global_serial) WHERE operation = 'customers.ChangePin';

UPDATE alembic_version SET version_num='0020' WHERE alembic_version.version_num = '0019';

