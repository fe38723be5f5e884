"""The canonical model: what channels ask, what hosts answer, in one vocabulary of frozen values."""
