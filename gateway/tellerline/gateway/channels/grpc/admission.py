"""A bound on handlers at work, so that callers who open and abandon calls cannot pile them up."""

from __future__ import annotations

from contextlib import nullcontext
from types import TracebackType

from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code

ANYBODY = nullcontext()
"""Stands in for an ``Admission`` where there is no bound."""


class Admission:
    """Counts handlers from their first step to their last, also those whose caller has gone.

    ``with admission:`` raises ``RefusalError`` (OVERLOADED) when the limit is reached. For one event loop.
    """

    __slots__ = ("limit", "most", "running")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.running = 0
        self.most = 0

    def __enter__(self) -> None:
        if self.running >= self.limit:
            raise RefusalError(Code.OVERLOADED)
        self.running += 1
        self.most = max(self.most, self.running)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.running -= 1
