CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE tickets (
    id TEXT NOT NULL, 
    revision BIGINT NOT NULL, 
    kind TEXT NOT NULL, 
    flow TEXT NOT NULL, 
    flow_version BIGINT NOT NULL, 
    standing TEXT NOT NULL, 
    ending TEXT NOT NULL, 
    customer TEXT NOT NULL, 
    department TEXT NOT NULL, 
    transaction_serial TEXT NOT NULL, 
    urgency TEXT NOT NULL, 
    words TEXT NOT NULL, 
    called TEXT NOT NULL, 
    missed BIGINT NOT NULL, 
    in_doubt BIGINT NOT NULL, 
    opened_at BIGINT NOT NULL, 
    next_at BIGINT, 
    PRIMARY KEY (id)
);

CREATE INDEX tickets_due ON tickets (next_at, id) WHERE next_at IS NOT NULL;

CREATE INDEX tickets_in_doubt ON tickets (id) WHERE in_doubt = 1;

CREATE INDEX tickets_by_time ON tickets (opened_at, id);

CREATE INDEX tickets_by_customer ON tickets (customer, opened_at);

CREATE INDEX tickets_by_standing ON tickets (standing, opened_at);

CREATE INDEX tickets_by_transaction ON tickets (transaction_serial);

CREATE TABLE ticket_events (
    ticket TEXT NOT NULL, 
    number BIGINT NOT NULL, 
    kind TEXT NOT NULL, 
    content BLOB NOT NULL, 
    recorded_at BIGINT NOT NULL, 
    PRIMARY KEY (ticket, number)
);

CREATE TABLE ticket_requests (
    id TEXT NOT NULL, 
    digest BLOB NOT NULL, 
    ticket TEXT NOT NULL, 
    revision BIGINT NOT NULL, 
    PRIMARY KEY (id)
);

CREATE TABLE ticket_flows (
    flow TEXT NOT NULL, 
    version BIGINT NOT NULL, 
    content TEXT NOT NULL, 
    proposer TEXT NOT NULL, 
    proposed_at BIGINT NOT NULL, 
    reason TEXT NOT NULL, 
    verdict TEXT NOT NULL, 
    decider TEXT NOT NULL, 
    decided_at BIGINT, 
    remark TEXT NOT NULL, 
    PRIMARY KEY (flow, version)
);

INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING version_num;

