"""Spans of a site's calls, exported as its facts are published."""

from __future__ import annotations

import asyncio

from tellerline.adapters.telemetry import Log
from tellerline.callcenter.call_spans import CallSpans
from tellerline.callcenter.call_trace import CallTracing
from tellerline.callcenter.live.codec import fact_of
from tellerline.callcenter.live.feed import Feed
from tellerline.callcenter.live.log import FactLog
from tellerline.callcenter.live.records import EVERYTHING, Interest, Recorded
from tellerline.callcenter.site.facts import RecordArchived
from tellerline.callcenter.storage import StoreUnavailableError

_PAGE = 1_000


class SpanTeller:
    """Tells of the sampled calls what ends from ``start`` on, also of a call that another controller began: under the
    same identifiers, so that what is told twice is told once. What a crash or the store swallows is not told again.
    """

    def __init__(self, tracing: CallTracing, *, log: FactLog, feed: Feed, logger: Log) -> None:
        self._tracing = tracing
        self._log = log
        self._feed = feed
        self._logger = logger
        self._calls: dict[str, CallSpans] = {}
        self._working: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Does nothing where nobody exports."""
        if self._tracing.tracing is not None:
            self._working = asyncio.get_running_loop().create_task(self._work(self._feed.last))

    async def close(self) -> None:
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
        await asyncio.to_thread(self._tracing.close)

    async def _work(self, after: int) -> None:
        while True:
            try:
                async for recorded in self._feed.follow(after, EVERYTHING):
                    call = recorded.entry.call
                    if call and self._tracing.sampled(call):
                        await self._tell(call, recorded)
                    after = recorded.position
            except (StoreUnavailableError, ValueError) as error:
                self._logger.warning("spans_not_told", reason=type(error).__name__)
                self._calls.clear()
                after = self._feed.last
                continue
            return

    async def _tell(self, call: str, recorded: Recorded) -> None:
        spans = self._calls.get(call) or await self._begun(call, recorded.position - 1)
        for span in spans.hear(fact_of(recorded.entry)):
            self._tracing.tell(span)
        if recorded.entry.kind == RecordArchived.__name__:
            del self._calls[call]

    async def _begun(self, call: str, until: int) -> CallSpans:
        """With all that happened in the call before, which has been told of."""
        spans = self._calls[call] = CallSpans(call)
        after = 0
        while page := await self._log.read(after, until, Interest(call=call), limit=_PAGE):
            for recorded in page:
                spans.hear(fact_of(recorded.entry))
            after = page[-1].position
        return spans
