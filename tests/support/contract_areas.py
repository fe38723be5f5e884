"""Which areas of the contract are whose."""

from __future__ import annotations

CALL_CENTRE = ("/tellerline.api.tickets.",)
"""Beginnings of the paths that the call centre serves; all others the gateway does."""
