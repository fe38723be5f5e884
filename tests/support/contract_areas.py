"""Which areas of the contract are whose."""

from __future__ import annotations

CALL_CENTRE = tuple(f"/tellerline.api.{area}." for area in ("agents", "calls", "queues", "tickets"))
"""Beginnings of the paths that the call centre serves; all others the gateway does."""
