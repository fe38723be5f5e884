"""What every simulated SOAP host shares: HTTP, contract, envelopes, idempotency, the socket."""
