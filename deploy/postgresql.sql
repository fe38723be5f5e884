-- Run once, as an administrator of the database in which the journal is to be:
--   psql --set=password=… --file=postgresql.sql tellerline
-- The gateway makes its schema and its tables itself when it starts, and upgrades them.
-- synchronous_commit stays on: an answered transfer must be on disk.

CREATE ROLE tellerline LOGIN PASSWORD :'password' CONNECTION LIMIT 100;
SELECT format('GRANT CREATE, CONNECT ON DATABASE %I TO tellerline', current_database()) \gexec
ALTER ROLE tellerline SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE tellerline SET lock_timeout = '10s';
