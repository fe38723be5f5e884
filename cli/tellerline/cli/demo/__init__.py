"""The five-minute tour: scenes on a live system, each a real call with its real answer."""
