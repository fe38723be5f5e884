"""The credit host: copybook records over a message queue."""
