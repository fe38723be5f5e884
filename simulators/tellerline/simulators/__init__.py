"""The hosts and their faults, simulated: a bank that speaks only the wire and keeps a double-entry ledger."""
