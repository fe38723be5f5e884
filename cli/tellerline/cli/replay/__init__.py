"""Replaying a real bank's recorded days through the gateway, with its own books as the oracle."""
