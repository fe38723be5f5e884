"""Replies that came when nobody waited any more: evidence, weighed against what the journal says."""

from __future__ import annotations

import asyncio

import orjson

from tellerline.adapters.telemetry import Log, Metrics
from tellerline.connectors.host import LateReply
from tellerline.gateway.journal.port import Journal, StoreUnavailableError
from tellerline.gateway.journal.records import Event, Record, State
from tellerline.gateway.pipeline.answers import in_words
from tellerline.gateway.pipeline.settling import UNSETTLED, Settler
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Done, Rejected, Unknown

_ABOUT_THE_REPETITION = frozenset({Code.DUPLICATE_AT_HOST, Code.ALREADY_REVERSED})


class LateReplies:
    """Takes late replies of all hosts, each in a small task; ``close`` waits for the last of them."""

    def __init__(self, *, journal: Journal, settler: Settler, metrics: Metrics, log: Log) -> None:
        self._journal = journal
        self._settler = settler
        self._metrics = metrics
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()

    def on_late_reply(self, late: LateReply) -> None:
        """Given to the hosts at their start; called on the loop."""
        task = asyncio.get_running_loop().create_task(self._take(late))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take(self, late: LateReply) -> None:
        try:
            record = await self._journal.get(late.reference)
            meaning = "nobody_asked" if record is None else await self.weigh(record, late.outcome)
        except StoreUnavailableError as error:
            meaning = "store_unavailable"
            self._log.error("late_reply_lost", host=late.host, serial=late.reference, reason=error.reason)
        self._metrics.late_replies(late.host, meaning).inc()

    async def weigh(self, record: Record, outcome: Done | Rejected | Unknown) -> str:
        """Let ``outcome`` close what is open, or go into the history as evidence; returns what it meant, in a word."""
        event = self._settler.event("late_reply", outcome=in_words(outcome), state=record.state)
        if isinstance(outcome, Unknown) or (isinstance(outcome, Rejected) and outcome.code in _ABOUT_THE_REPETITION):
            return await self._note(record, event, "tells_nothing")
        if record.state in UNSETTLED:
            if await self._settler.end(record, outcome, UNSETTLED, event, before_reversal=True) is not None:
                return "resolved"
            record = await self._journal.get(record.global_serial) or record
        if record.state in UNSETTLED or record.state is State.MANUAL:
            return await self._note(record, event, "evidence")
        if await self._agrees(record, outcome):
            return await self._note(record, event, "agrees")
        kind = self._settler.event("contradicted", outcome=in_words(outcome), state=record.state)
        await self._settler.contradicted(record, kind)
        return "contradicts"

    async def _note(self, record: Record, event: Event, meaning: str) -> str:
        await self._journal.note(record.global_serial, event)
        return meaning

    async def _agrees(self, record: Record, outcome: Done | Rejected) -> bool:
        """Whether a final state and the reply can both be true."""
        if isinstance(outcome, Rejected):
            return record.state in (State.REJECTED, State.REVERSED)
        if record.state is State.DONE:
            return not outcome.host_serial or outcome.host_serial == record.host_serial
        return record.state is State.REVERSED and await self._was_undone(record)

    async def _was_undone(self, record: Record) -> bool:
        """A reversal that found nothing to undo, and then a reply that it was done: that does not fit."""
        history = await self._journal.history(record.global_serial)
        return not any(
            event.kind == "reversed" and not orjson.loads(event.detail).get("effective") for event in history
        )
