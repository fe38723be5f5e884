"""Foreign exchange over the contract: rates, quotes, deals, resting orders."""
