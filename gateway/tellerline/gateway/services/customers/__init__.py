"""Signed customers over the contract: registration, limits, PIN and grants."""
