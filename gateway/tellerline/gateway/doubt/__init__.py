"""Doubts: what was sent and never answered, pursued until the host has said how it ended."""
