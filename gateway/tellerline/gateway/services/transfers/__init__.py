"""Transfers over the contract: create one, look one up."""
