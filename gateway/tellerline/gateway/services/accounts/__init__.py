"""Accounts over the contract: list, balance, statement, oral loss report."""
