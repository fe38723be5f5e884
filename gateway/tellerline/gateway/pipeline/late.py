"""Replies that came when nobody waited any more: evidence, weighed against what the journal says."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from weakref import WeakValueDictionary

import orjson

from tellerline.adapters.telemetry import Log, Metrics
from tellerline.connectors.host import LateReply
from tellerline.gateway.journal.port import Journal, StoreUnavailableError
from tellerline.gateway.journal.records import Event, Record, State
from tellerline.gateway.pipeline.answers import in_words
from tellerline.gateway.pipeline.settling import UNSETTLED, Settler
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Done, Rejected, Unknown

_MOST_OF_ONE = 8
_REMEMBERED = 10_000
_ABOUT_THE_REPETITION = frozenset({Code.DUPLICATE_AT_HOST, Code.ALREADY_REVERSED})


class LateReplies:
    """Takes late replies of all hosts, each in a small task; ``close`` waits for the last of them.

    Of one transaction the first eight are weighed and written down in a process's life; a host that repeats itself
    without end is counted from then on, and fills no history.
    """

    def __init__(self, *, journal: Journal, settler: Settler, metrics: Metrics, log: Log) -> None:
        self._journal = journal
        self._settler = settler
        self._metrics = metrics
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard: OrderedDict[str, int] = OrderedDict()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def on_late_reply(self, late: LateReply) -> None:
        """Given to the hosts at their start; called on the loop."""
        if self._too_often(late.reference):
            self._metrics.late_replies(late.host, "repeated").inc()
            return
        task = asyncio.get_running_loop().create_task(self._take(late))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _too_often(self, reference: str) -> bool:
        heard = self._heard.pop(reference, 0) + 1
        self._heard[reference] = heard
        if len(self._heard) > _REMEMBERED:
            self._heard.popitem(last=False)
        return heard > _MOST_OF_ONE

    async def _take(self, late: LateReply) -> None:
        try:
            record = await self._journal.get(late.reference)
            meaning = "nobody_asked" if record is None else await self.weigh(record, late.outcome)
        except StoreUnavailableError as error:
            meaning = "store_unavailable"
            self._log.error("late_reply_lost", host=late.host, serial=late.reference, reason=error.reason)
        self._metrics.late_replies(late.host, meaning).inc()

    async def weigh(self, record: Record, outcome: Done | Rejected | Unknown) -> str:
        """Let ``outcome`` close what is open, or go into the history as evidence; returns what it meant, in a word.

        Replies about one transaction are weighed one after the other, each against what the one before has changed.
        """
        turn = self._turns.setdefault(record.global_serial, asyncio.Lock())
        async with turn:
            return await self._weigh(record, outcome)

    async def _weigh(self, record: Record, outcome: Done | Rejected | Unknown) -> str:
        said = {
            "outcome": in_words(outcome),
            "host_serial": "" if isinstance(outcome, Unknown) else outcome.host_serial,
        }
        event = self._settler.event("late_reply", state=record.state, **said)
        if isinstance(outcome, Unknown) or (isinstance(outcome, Rejected) and outcome.code in _ABOUT_THE_REPETITION):
            return await self._note(record, event, "tells_nothing")
        if record.state in UNSETTLED:
            if await self._settler.end(record, outcome, UNSETTLED, event, before_reversal=True) is not None:
                return "resolved"
            record = await self._journal.get(record.global_serial) or record
        if record.state in UNSETTLED or record.state is State.MANUAL:
            return await self._note(record, event, "evidence")
        history = await self._journal.history(record.global_serial)
        if self._agrees(record, outcome, history):
            return await self._note(record, event, "agrees")
        if any(each.kind == "contradicted" and orjson.loads(each.detail).items() >= said.items() for each in history):
            return await self._note(record, event, "known_contradiction")
        await self._settler.contradicted(record, replace(event, kind="contradicted"))
        return "contradicts"

    async def _note(self, record: Record, event: Event, meaning: str) -> str:
        await self._journal.note(record.global_serial, event)
        return meaning

    def _agrees(self, record: Record, outcome: Done | Rejected, history: Sequence[Event]) -> bool:
        """Whether a final state and the reply can both be true."""
        if isinstance(outcome, Rejected):
            return record.state in (State.REJECTED, State.REVERSED)
        if record.state is State.DONE:
            return not outcome.host_serial or outcome.host_serial == record.host_serial
        return record.state is State.REVERSED and _was_undone(history)


def _was_undone(history: Sequence[Event]) -> bool:
    """A reversal that found nothing to undo, and then a reply that it was done: that does not fit."""
    return not any(event.kind == "reversed" and not orjson.loads(event.detail).get("effective") for event in history)
