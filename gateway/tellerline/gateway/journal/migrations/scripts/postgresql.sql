CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE transactions (
    global_serial TEXT NOT NULL, 
    channel TEXT NOT NULL, 
    channel_serial TEXT NOT NULL, 
    payload_hash BYTEA NOT NULL, 
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
    command BYTEA NOT NULL, 
    outcome BYTEA NOT NULL, 
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

COMMENT ON TABLE transactions IS 'one row per transaction or enquiry; the first 27 columns are the record';

COMMENT ON COLUMN transactions.reserved IS 'held against the limits; 0 once it is released';

CREATE UNIQUE INDEX transactions_by_channel_serial ON transactions (channel, channel_serial) WHERE effect <> 'ENQUIRY';

CREATE INDEX transactions_by_time ON transactions (accepted_at, global_serial);

CREATE INDEX transactions_by_account ON transactions (account, accepted_at);

CREATE INDEX transactions_by_customer ON transactions (customer, accepted_at);

CREATE INDEX transactions_by_host_serial ON transactions (host_serial) WHERE host_serial <> '';

CREATE INDEX transactions_due ON transactions (due_at) WHERE state = 'PENDING';

CREATE TABLE events (
    number BIGSERIAL NOT NULL, 
    global_serial TEXT NOT NULL, 
    at BIGINT NOT NULL, 
    kind TEXT NOT NULL, 
    detail BYTEA NOT NULL, 
    PRIMARY KEY (number)
);

COMMENT ON TABLE events IS 'what happened to a transaction between its acceptance and its end';

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

COMMENT ON TABLE doubts IS 'transactions whose outcome is not known; a closed one stays as evidence';

CREATE INDEX doubts_open ON doubts (opened_at, global_serial) WHERE closed_at IS NULL;

CREATE INDEX doubts_by_account ON doubts (account) WHERE closed_at IS NULL;

CREATE TABLE limit_usage (
    account TEXT NOT NULL, 
    limit_day TEXT NOT NULL, 
    total BIGINT NOT NULL, 
    count BIGINT NOT NULL, 
    PRIMARY KEY (account, limit_day)
);

COMMENT ON TABLE limit_usage IS 'what is reserved or used of an account''s limits, per day of the bank''s time zone';

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

COMMENT ON TABLE customers IS 'signed customers';

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

COMMENT ON TABLE accounts IS 'registered accounts, with their owner''s sequence numbers and limits';

CREATE UNIQUE INDEX accounts_by_sequence ON accounts (customer, sequence);

CREATE TABLE grants (
    token_hash BYTEA NOT NULL, 
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

COMMENT ON TABLE grants IS 'proofs that a customer is there; accounts and operations are JSON lists';

CREATE INDEX grants_by_call ON grants (call);

CREATE INDEX grants_by_expiry ON grants (expires_at);

CREATE TABLE pin_tries (
    customer TEXT NOT NULL, 
    failures BIGINT NOT NULL, 
    locked_until BIGINT, 
    PRIMARY KEY (customer)
);

COMMENT ON TABLE pin_tries IS 'wrong PINs in a row';

SELECT 1;

INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING alembic_version.version_num;

