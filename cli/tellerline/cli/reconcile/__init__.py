"""A host's day file read, sent to the gateway in stretches, and what came of it as a report."""
