"""The day of each host: closed by its calendar, stood in for meanwhile, sent first what waited for it."""
