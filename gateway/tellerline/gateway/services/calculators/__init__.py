"""The calculators over the contract: figures in, what the bank's formulas make of them out."""
