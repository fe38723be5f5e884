CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE sites (
    site TEXT NOT NULL, 
    term BIGINT NOT NULL, 
    position BIGINT NOT NULL, 
    PRIMARY KEY (site)
);

CREATE TABLE facts (
    site TEXT NOT NULL, 
    position BIGINT NOT NULL, 
    at BIGINT NOT NULL, 
    kind TEXT NOT NULL, 
    agent TEXT NOT NULL, 
    call TEXT NOT NULL, 
    queue TEXT NOT NULL, 
    body BLOB NOT NULL, 
    PRIMARY KEY (site, position)
);

CREATE INDEX facts_of_agents ON facts (site, agent, position);

CREATE INDEX facts_of_calls ON facts (site, call, position);

CREATE INDEX facts_of_queues ON facts (site, queue, position);

CREATE TABLE images (
    site TEXT NOT NULL, 
    position BIGINT NOT NULL, 
    body BLOB NOT NULL, 
    PRIMARY KEY (site)
);

CREATE TABLE cursors (
    site TEXT NOT NULL, 
    follower TEXT NOT NULL, 
    position BIGINT NOT NULL, 
    PRIMARY KEY (site, follower)
);

INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING version_num;

