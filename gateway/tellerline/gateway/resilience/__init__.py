"""What keeps one host's trouble from becoming everybody's: breaker, bulkhead, shrinking deadlines."""
