"""Cash machines: ISO 8583 over TCP, turned into calls of the same service handlers that every other channel uses."""
