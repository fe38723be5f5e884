"""Bytes of a frame to a message and back, for each version and character set."""
