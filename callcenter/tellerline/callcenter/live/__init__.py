"""A site at work: its one ordered loop, what it writes down, and the feed of what happened."""
