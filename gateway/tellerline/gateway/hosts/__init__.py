"""The hosts as the platform uses them: behind a breaker and a bulkhead, by each host's own policy."""
