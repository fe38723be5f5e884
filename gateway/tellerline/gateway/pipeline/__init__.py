"""A transaction's way from an admitted request to a settled answer."""
