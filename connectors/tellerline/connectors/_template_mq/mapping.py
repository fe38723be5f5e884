"""The model's commands and results in the words of this host's copybook."""

from __future__ import annotations

from tellerline.connectors.record_connector import Mapped

OPERATIONS: dict[str, Mapped] = {}
"""The host's own operations; echo, inquiry and reversal are mapped already."""
