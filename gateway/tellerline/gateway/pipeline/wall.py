"""Instants as the bank's wall shows them."""

from __future__ import annotations

from datetime import datetime, tzinfo

import orjson


def on_the_wall(instant: datetime, zone: tzinfo) -> str:
    """ISO 8601 with the offset of ``zone``: what ``isoformat`` writes, at half its cost, where offsets are whole
    minutes (everywhere since 1972)."""
    return orjson.dumps(instant.astimezone(zone)).decode()[1:-1]
