"""What happens at a site, to whoever follows it: each fact once, in order, from wherever he was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from tellerline.callcenter.live.log import FactLog
from tellerline.callcenter.live.records import Interest, Recorded

_PAGE = 500


class PositionUnknownError(ValueError):
    """A position that this site has not reached: the reader has followed another one."""


class Feed:
    """Facts that were written, handed to any number of readers, each at his own pace.

    The newest ``kept`` facts are in memory; a reader who is further behind reads them from the log, so none has to be
    kept for him and none is lost by him. Belongs to one loop.
    """

    def __init__(self, log: FactLog, *, kept: int = 10_000) -> None:
        self._log = log
        self._kept = kept
        self._recent: list[Recorded] = []
        self._last = 0
        self._news: asyncio.Future[None] | None = None
        self._closed = False
        self._listeners: list[Callable[[Recorded], None]] = []
        self._missing: list[Callable[[], None]] = []

    @property
    def last(self) -> int:
        """The position of the newest fact."""
        return self._last

    def listen(self, hear: Callable[[Recorded], None], missed: Callable[[], None] = lambda: None) -> None:
        """Call ``hear`` with each fact the moment that it is durable, before anybody is answered or told of it.

        What was written, and not known to be, when the site begins anew is not heard: ``missed`` is called before
        anybody is told of the site again. Follow the log for what it was.
        """
        self._listeners.append(hear)
        self._missing.append(missed)

    def begin(self, position: int) -> None:
        """The log ends at ``position`` now, whatever was published before."""
        if position != self._last:
            for missed in self._missing:
                missed()
        self._recent.clear()
        self._last = position
        self._wake()

    def publish(self, facts: Sequence[Recorded]) -> None:
        """Facts that are durable; they follow upon the last ones without a gap."""
        self._recent.extend(facts)
        self._last = facts[-1].position
        for recorded in facts:
            for hear in self._listeners:
                hear(recorded)
        if len(self._recent) > 2 * self._kept:
            del self._recent[: -self._kept]
        self._wake()

    def close(self) -> None:
        """End every reader's iteration, once he has had all that was published."""
        self._closed = True
        self._wake()

    async def follow(self, after: int, interest: Interest) -> AsyncIterator[Recorded]:
        """Every fact of ``interest`` behind position ``after``, those of before first; then those to come.

        Raises ``PositionUnknownError``, and ``StoreUnavailableError`` where older ones cannot be read: then follow
        again from the last position that came.
        """
        if not 0 <= after <= self._last:
            raise PositionUnknownError(f"{after} is not within 0 and {self._last}")
        while True:
            found, after = await self._onwards(after, interest)
            for recorded in found:
                yield recorded
            if after == self._last:
                if self._closed:
                    return
                await self._wait()

    async def past(self, interest: Interest) -> Sequence[Recorded]:
        """Every fact of ``interest`` that was published so far. Raises ``StoreUnavailableError``."""
        found: list[Recorded] = []
        after, last = 0, self._last
        while after < last:
            page = await self._log.read(after, last, interest, limit=_PAGE)
            found += page
            after = page[-1].position if len(page) == _PAGE else last
        return found

    async def _onwards(self, after: int, interest: Interest) -> tuple[Sequence[Recorded], int]:
        """Some of what is of interest behind ``after``, and the position up to which that is all."""
        last = self._last
        oldest = last - len(self._recent)
        if after >= oldest:
            recent = self._recent[after - oldest :]
            return [recorded for recorded in recent if interest.wants(recorded.entry)], last
        found = await self._log.read(after, last, interest, limit=_PAGE)
        return found, found[-1].position if len(found) == _PAGE else last

    async def _wait(self) -> None:
        if self._news is None:
            self._news = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._news)

    def _wake(self) -> None:
        if self._news is not None:
            self._news.set_result(None)
            self._news = None
