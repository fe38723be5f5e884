"""The pure core: the canonical model and the decisions. No input or output, no clock, no randomness."""
