"""Which host takes a transaction: a pure decision over declared operations."""
