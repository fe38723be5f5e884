"""Public information over the contract: rates, fees, branches and cash machines, products."""
