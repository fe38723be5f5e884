"""A host's day against the journal: a pure comparison of two streams in the order of their references."""
