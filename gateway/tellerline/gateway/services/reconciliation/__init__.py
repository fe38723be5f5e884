"""Reconciliation over the contract: a stretch of a host's day compared, cases listed and closed."""
