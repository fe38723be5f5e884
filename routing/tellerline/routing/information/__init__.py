"""Public information as tables: what stands in them, how they are read, and how two people change them."""
