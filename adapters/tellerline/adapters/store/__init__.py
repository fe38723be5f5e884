"""Database engines that group commits: SQLite with one writer, PostgreSQL in batches. They know no table."""
