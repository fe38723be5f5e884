"""What every simulated host on a queue needs: records by message type, idempotency, the queue itself."""
