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

COMMENT ON TABLE tickets IS 'one row per ticket, for finding it; what it is, its events say';

COMMENT ON COLUMN tickets.next_at IS 'when time does something to it next; NULL if never, as things stand';

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
    content BYTEA NOT NULL, 
    recorded_at BIGINT NOT NULL, 
    PRIMARY KEY (ticket, number)
);

COMMENT ON TABLE ticket_events IS 'what has happened to tickets; never changed';

CREATE TABLE ticket_requests (
    id TEXT NOT NULL, 
    digest BYTEA NOT NULL, 
    ticket TEXT NOT NULL, 
    revision BIGINT NOT NULL, 
    PRIMARY KEY (id)
);

COMMENT ON TABLE ticket_requests IS 'what was asked, and how far it took its ticket';

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

COMMENT ON TABLE ticket_flows IS 'versions of flows: proposed by one, approved by another';

INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING alembic_version.version_num;

