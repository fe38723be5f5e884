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

COMMENT ON TABLE sites IS 'who may write facts of a site: the controller of the newest term';

COMMENT ON COLUMN sites.term IS 'counts the controllers that have taken the site';

COMMENT ON COLUMN sites.position IS 'of its last fact';

CREATE TABLE facts (
    site TEXT NOT NULL, 
    position BIGINT NOT NULL, 
    at BIGINT NOT NULL, 
    kind TEXT NOT NULL, 
    agent TEXT NOT NULL, 
    call TEXT NOT NULL, 
    queue TEXT NOT NULL, 
    body BYTEA NOT NULL, 
    PRIMARY KEY (site, position)
);

COMMENT ON TABLE facts IS 'what has happened at a site; never changed';

CREATE INDEX facts_of_agents ON facts (site, agent, position);

CREATE INDEX facts_of_calls ON facts (site, call, position);

CREATE INDEX facts_of_queues ON facts (site, queue, position);

CREATE TABLE images (
    site TEXT NOT NULL, 
    position BIGINT NOT NULL, 
    body BYTEA NOT NULL, 
    PRIMARY KEY (site)
);

COMMENT ON TABLE images IS 'the newest image of each site, so that a start need not read all facts';

CREATE TABLE cursors (
    site TEXT NOT NULL, 
    follower TEXT NOT NULL, 
    position BIGINT NOT NULL, 
    PRIMARY KEY (site, follower)
);

COMMENT ON TABLE cursors IS 'how far each follower has come with what it does about facts';

INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING alembic_version.version_num;

