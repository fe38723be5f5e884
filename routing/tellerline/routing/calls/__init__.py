"""Which agent takes which call: pure decisions over ordered events that carry their own instants."""
