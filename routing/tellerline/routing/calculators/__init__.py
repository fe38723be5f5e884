"""What the bank's formulas make of figures: exact decimals in, amounts to the minor unit out, nothing looked up."""
