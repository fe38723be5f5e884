"""The call centre on virtual time: the live router among simulated callers and agents, without clock or files."""
