"""The trace of one telephone call: what its site, the gateway and the recordings know of it, in one line of time."""
