"""What an engine says when it could not do its work."""

from __future__ import annotations


class StoreError(Exception):
    """The database could not do it.

    ``maybe_written`` is False when nothing was written, and True when a commit was under way whose end is not known.
    ``reason`` is a stable lower-case phrase; the driver's own error is the cause.
    """

    def __init__(self, reason: str, *, maybe_written: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.maybe_written = maybe_written
