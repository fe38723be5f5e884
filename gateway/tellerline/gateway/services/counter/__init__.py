"""What the counter does with registered customers, over the contract."""
