"""Company banking over the contract: a company's accounts, and what its representatives order."""
