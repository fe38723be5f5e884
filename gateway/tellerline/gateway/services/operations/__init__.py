"""The operators' view over the contract: transactions and their history, doubts, hosts."""
