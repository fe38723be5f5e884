"""The routing rules over the contract: in force, reloaded, explained, and what shadows answered differently."""
