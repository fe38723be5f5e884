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

-- Plans are made while the tables are small and kept while they grow: a sequential scan is never the right one.

CREATE TYPE journal_acceptance AS (
    global_serial text, channel text, channel_serial text, payload_hash bytea, operation text, effect text, host text,
    customer text, account text, amount bigint, currency text, limit_day text, accepted_at bigint, due_at bigint,
    owner text, command bytea, agent text, call text, terminal text, branch text, trace text, limited bigint
);

CREATE TYPE journal_doubt AS (
    host text, operation text, account text, stage text, policy text, attempts bigint, opened_at bigint, due_at bigint,
    reason text
);

CREATE TYPE journal_event AS (at bigint, kind text, detail bytea);

CREATE TYPE journal_settlement AS (
    global_serial text, expected text, state text, at bigint, settled_at bigint, outcome bytea, host_serial text,
    accounting_date text, code text, release boolean, before_reversal boolean, doubt journal_doubt,
    events journal_event[]
);

CREATE FUNCTION journal_accept(
    p_rows journal_acceptance[], p_single bigint, p_daily bigint, p_count bigint
) RETURNS TABLE (
    o_place bigint, o_code text, o_single bigint, o_daily bigint, o_count bigint, o_used_total bigint,
    o_used_count bigint, o_original transactions
) LANGUAGE plpgsql SET enable_seqscan = off AS $function$
DECLARE
    r record;
BEGIN
    FOR r IN
        SELECT x.* FROM unnest(p_rows) WITH ORDINALITY AS x
        ORDER BY x.account, x.channel, x.channel_serial, x.ordinality
    LOOP
        o_place := r.ordinality;
        o_code := NULL;
        o_original := NULL;
        IF r.limited IS NOT NULL THEN
            SELECT u.total, u.count INTO o_used_total, o_used_count
            FROM limit_usage u WHERE u.account = r.account AND u.limit_day = r.limit_day FOR UPDATE;
            IF NOT FOUND THEN
                INSERT INTO limit_usage (account, limit_day, total, count) VALUES (r.account, r.limit_day, 0, 0)
                ON CONFLICT DO NOTHING;
                SELECT u.total, u.count INTO o_used_total, o_used_count
                FROM limit_usage u WHERE u.account = r.account AND u.limit_day = r.limit_day FOR UPDATE;
            END IF;
            SELECT a.single_limit, a.daily_limit, a.count_limit INTO o_single, o_daily, o_count
            FROM accounts a WHERE a.account = r.account;
            IF NOT FOUND THEN
                o_single := p_single;
                o_daily := p_daily;
                o_count := p_count;
            END IF;
            o_code := CASE
                WHEN r.limited > o_single THEN 'LIMIT_SINGLE_EXCEEDED'
                WHEN o_used_count >= o_count THEN 'LIMIT_COUNT_EXCEEDED'
                WHEN o_used_total + r.limited > o_daily THEN 'LIMIT_DAILY_EXCEEDED'
            END;
        END IF;
        IF o_code IS NULL THEN
            INSERT INTO transactions (
                global_serial, channel, channel_serial, payload_hash, operation, effect, host, customer, account,
                amount, currency, limit_day, state, accepted_at, due_at, owner, command, outcome, host_serial,
                accounting_date, code, agent, call, terminal, branch, trace, reserved
            ) VALUES (
                r.global_serial, r.channel, r.channel_serial, r.payload_hash, r.operation, r.effect, r.host,
                r.customer, r.account, r.amount, r.currency, r.limit_day, 'PENDING', r.accepted_at, r.due_at, r.owner,
                r.command, '', '', '', '', r.agent, r.call, r.terminal, r.branch, r.trace, coalesce(r.limited, 0)
            ) ON CONFLICT (channel, channel_serial) WHERE effect <> 'ENQUIRY' DO NOTHING;
            IF FOUND THEN
                IF r.limited IS NOT NULL THEN
                    UPDATE limit_usage SET total = total + r.limited, count = count + 1
                    WHERE account = r.account AND limit_day = r.limit_day;
                END IF;
                CONTINUE;
            END IF;
        END IF;
        SELECT t.* INTO o_original FROM transactions t
        WHERE t.channel = r.channel AND t.channel_serial = r.channel_serial AND t.effect <> 'ENQUIRY';
        RETURN NEXT;
    END LOOP;
END
$function$;

CREATE FUNCTION journal_settle(p_rows journal_settlement[])
RETURNS TABLE (o_place bigint, o_before transactions) LANGUAGE plpgsql SET enable_seqscan = off AS $function$
DECLARE
    r record;
    o_stage text;
BEGIN
    FOR r IN
        SELECT x.* FROM unnest(p_rows) WITH ORDINALITY AS x
        ORDER BY
            (SELECT t.account FROM transactions t WHERE t.global_serial = x.global_serial),
            x.global_serial, x.ordinality
    LOOP
        SELECT t.* INTO o_before FROM transactions t WHERE t.global_serial = r.global_serial FOR UPDATE;
        CONTINUE WHEN NOT FOUND OR o_before.state <> ALL (string_to_array(r.expected, ','));
        IF r.before_reversal THEN
            SELECT d.stage INTO o_stage FROM doubts d
            WHERE d.global_serial = r.global_serial AND d.closed_at IS NULL FOR UPDATE;
            CONTINUE WHEN o_stage <> 'INQUIRE';
        END IF;
        o_place := r.ordinality;
        UPDATE transactions SET
            state = r.state, settled_at = r.settled_at, outcome = r.outcome,
            host_serial = coalesce(nullif(r.host_serial, ''), o_before.host_serial),
            accounting_date = coalesce(nullif(r.accounting_date, ''), o_before.accounting_date),
            code = r.code, reserved = CASE WHEN r.release THEN 0 ELSE o_before.reserved END
        WHERE global_serial = r.global_serial;
        IF r.release AND o_before.reserved <> 0 THEN
            UPDATE limit_usage SET total = total - o_before.reserved
            WHERE account = o_before.account AND limit_day = o_before.limit_day;
        END IF;
        IF r.doubt IS NULL THEN
            UPDATE doubts SET closed_at = r.at WHERE global_serial = r.global_serial AND closed_at IS NULL;
        ELSE
            INSERT INTO doubts (
                global_serial, host, operation, account, stage, policy, attempts, opened_at, due_at, reason
            ) VALUES (
                r.global_serial, (r.doubt).*
            ) ON CONFLICT (global_serial) DO UPDATE SET
                host = excluded.host, operation = excluded.operation, account = excluded.account,
                stage = excluded.stage, policy = excluded.policy, attempts = excluded.attempts,
                opened_at = excluded.opened_at, due_at = excluded.due_at, reason = excluded.reason,
                closed_at = NULL, claimed_by = '', claimed_until = 0;
        END IF;
        IF cardinality(r.events) > 0 THEN
            INSERT INTO events (global_serial, at, kind, detail)
            SELECT r.global_serial, e.at, e.kind, e.detail
            FROM unnest(r.events) WITH ORDINALITY AS e ORDER BY e.ordinality;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$function$;

INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING alembic_version.version_num;

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

COMMENT ON TABLE resolutions IS 'how people say that a case ends: proposed by one, decided by another';

CREATE UNIQUE INDEX resolutions_open ON resolutions (global_serial) WHERE verdict = 'OPEN';

UPDATE alembic_version SET version_num='0003' WHERE alembic_version.version_num = '0002';

-- Running upgrade 0003 -> 0004

CREATE TABLE routing_changes (
    number BIGSERIAL NOT NULL, 
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

COMMENT ON TABLE routing_changes IS 'every version of the routing rules that was put into force or refused';

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
    detail BYTEA NOT NULL, 
    PRIMARY KEY (name)
);

COMMENT ON TABLE differences IS 'what the journal and a host''s day file say differently, one case each';

CREATE INDEX differences_open ON differences (name) WHERE state = 'OPEN';

CREATE INDEX transactions_by_accounting_date ON transactions (host, accounting_date, global_serial) WHERE accounting_date <> '' AND effect <> 'ENQUIRY';

UPDATE alembic_version SET version_num='0004' WHERE alembic_version.version_num = '0003';

-- Running upgrade 0004 -> 0005

CREATE INDEX transactions_queued ON transactions (host, accepted_at, global_serial) WHERE state = 'QUEUED';

CREATE TABLE last_known (
    operation TEXT NOT NULL, 
    account TEXT NOT NULL, 
    outcome BYTEA NOT NULL, 
    read_at BIGINT NOT NULL, 
    PRIMARY KEY (operation, account)
);

COMMENT ON TABLE last_known IS 'what a host answered last about an account, for while it is closed';

UPDATE alembic_version SET version_num='0005' WHERE alembic_version.version_num = '0004';

-- Running upgrade 0005 -> 0006

CREATE TABLE plan_legs (
    plan TEXT NOT NULL, 
    number BIGINT NOT NULL, 
    attempt BIGINT NOT NULL, 
    global_serial TEXT NOT NULL, 
    step TEXT NOT NULL, 
    PRIMARY KEY (plan, number, attempt)
);

COMMENT ON TABLE plan_legs IS 'the transactions that a plan consists of; below zero what undoes the leg of that number';

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
    number BIGSERIAL NOT NULL, 
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
    key TEXT NOT NULL, 
    PRIMARY KEY (number)
);

CREATE INDEX interactions_by_customer ON interactions (customer, at, number);

CREATE INDEX interactions_by_representative ON interactions (customer, representative) WHERE representative <> '';

CREATE UNIQUE INDEX interactions_by_key ON interactions (key) WHERE key <> '';

UPDATE alembic_version SET version_num='0012' WHERE alembic_version.version_num = '0011';

-- Running upgrade 0012 -> 0013

ALTER TABLE grants ADD COLUMN terminal TEXT DEFAULT '' NOT NULL;

CREATE TABLE access_events (
    number BIGSERIAL NOT NULL, 
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

COMMENT ON TABLE access_events IS 'what became of grants, and what was refused that must be known; never a token';

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

COMMENT ON TABLE table_versions IS 'tables of public information: proposed by one person, approved by another, in effect from a moment on';

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

COMMENT ON TABLE logins IS 'logins that have, or had, grants: one that has ended (1) gets none, whichever process is asked';

CREATE INDEX logins_by_time ON logins (kept_until);

UPDATE alembic_version SET version_num='0016' WHERE alembic_version.version_num = '0015';

-- Running upgrade 0016 -> 0017

UPDATE alembic_version SET version_num='0017' WHERE alembic_version.version_num = '0016';

-- Running upgrade 0017 -> 0018

UPDATE alembic_version SET version_num='0018' WHERE alembic_version.version_num = '0017';

-- Running upgrade 0018 -> 0019

ALTER TABLE pin_tries ADD COLUMN ended BIGINT DEFAULT '0' NOT NULL;

CREATE INDEX grants_by_customer ON grants (customer);

UPDATE alembic_version SET version_num='0019' WHERE alembic_version.version_num = '0018';

-- Running upgrade 0019 -> 0020

CREATE INDEX transactions_pin_changes ON transactions (account, accepted_at, global_serial) WHERE operation = 'customers.ChangePin';

UPDATE alembic_version SET version_num='0020' WHERE alembic_version.version_num = '0019';

