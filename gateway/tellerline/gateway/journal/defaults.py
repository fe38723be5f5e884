"""The bank's figures that hold where nothing else was agreed."""

from __future__ import annotations

from tellerline.gateway.journal.records import Limits

DEFAULT_LIMITS = Limits(single=2_000_000, daily=5_000_000, count=3)
"""Single 20,000.00, daily 50,000.00, three transfers a day: also the ceiling of what a customer may ask for."""
