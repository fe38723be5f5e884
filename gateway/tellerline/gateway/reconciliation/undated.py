"""What people attested: done on a day that the host has not said yet, or undone without a word of the host's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson

from tellerline.adapters.clock import Clock
from tellerline.gateway.journal.difference_records import RECONCILIATION, CaseSearch, CaseState, DifferenceCase
from tellerline.gateway.journal.port import Differences, Journal
from tellerline.gateway.journal.records import Event, Record, State
from tellerline.gateway.pipeline.plan import Plans
from tellerline.gateway.pipeline.settling import Settler
from tellerline.gateway.reconciliation.stretch import Stretch
from tellerline.routing.reconciliation.entries import DayEntry, DifferenceKind, HostWord

_UNSAID = frozenset({State.REVERSED, State.MANUAL})
_SENDINGS = frozenset({"doubt_opened", "resent"})
"""Noted when a sending is over, so never before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undated:
    """A row gets its accounting date from a line of its host's, never from here: only that tells where it belongs."""

    journal: Journal
    differences: Differences
    settler: Settler
    plans: Plans
    clock: Clock

    async def dated(
        self, records: Mapping[str, Record], attested: Mapping[str, Record], lines: Sequence[DayEntry], stretch: Stretch
    ) -> dict[str, Record]:
        """``records`` with the days that the host's lines say of what had none: ``attested`` as done, undone, or with
        people, who will find it said."""
        found = dict(records)
        for line in lines:
            record = found.get(line.reference)
            if record is not None and (record.state in _UNSAID or line.reference in attested):
                found[line.reference] = await self.date(record, line, stretch)
        return found

    async def date(self, record: Record, line: DayEntry, stretch: Stretch) -> Record:
        """The row as it is now. That another day's file lacked it is a difference no longer."""
        if record.accounting_date:
            return record
        for case in await self._cases(record, stretch):
            elsewhere = case.accounting_date != stretch.day and case.kind == DifferenceKind.MISSING_AT_HOST
            if elsewhere and case.state is CaseState.OPEN:
                await self.differences.close(case.name, self.clock.now(), RECONCILIATION, "found_on_another_day")
        word = HostWord.REVERSED if line.reversed else HostWord.DONE
        event = self.settler.event("day_file", word=word, date=line.accounting_date, host=stretch.host)
        if not await self.journal.date(record.global_serial, line.accounting_date, event):
            return await self.journal.get(record.global_serial) or record
        return replace(record, accounting_date=line.accounting_date)

    async def expected(self, undated: Sequence[Record], hosts: Sequence[str], stretch: Stretch) -> frozenset[str]:
        """The serials of those ``undated`` rows without a line that are a difference of this day, and of no other.

        That is certain for what the host must have done before it took something else that it booked on this day or
        earlier, or, while it has booked nothing on a later day, before it wrote the file.
        """
        if not undated:
            return frozenset()
        certain = stretch.produced_at
        edges = [await self.journal.day_edges(host, stretch.day) for host in hosts]
        if any(edge.followed for edge in edges):
            newest = [edge.newest for edge in edges if edge.newest]
            if not newest:
                return frozenset()
            certain = min(certain, max(newest))
        return frozenset([each.global_serial for each in undated if await self._is_missed(each, certain, stretch)])

    async def _is_missed(self, record: Record, certain: datetime, stretch: Stretch) -> bool:
        """Once: a day's case that stands, or that people closed, is not told again by another day."""
        standing = [case for case in await self._cases(record, stretch) if case.closed_by != RECONCILIATION]
        if standing:
            return any(case.accounting_date == stretch.day for case in standing)
        return await self.done_by(record) <= certain

    async def done_by(self, record: Record) -> datetime:
        """The instant by which the host had done it, if it ever did; what people attest has happened before that."""
        history = await self.journal.history(record.global_serial)
        settled = record.settled_at or self.clock.now()
        sent = [event.at for event in history if event.kind in _SENDINGS]
        if not sent:
            return settled
        policy = self.plans.doubt_policy(record.host, record.operation, record.effect)
        return min(settled, sent[-1] + timedelta(seconds=policy.max_processing))

    async def undone_since(self, undoing: Record, stretch: Stretch) -> bool:
        """Whether ``undoing``, a row that was undone or the reversal that undid one, came after the file was written.

        When people say it, the host has said nothing: its file stands against them, or is too old for the reversal.
        """
        if undoing.settled_at is None or undoing.settled_at <= stretch.produced_at:
            return False
        if not ended_by_people(undoing, await self.journal.history(undoing.global_serial)):
            return True
        return undoing.state is not State.REVERSED and await self.done_by(undoing) > stretch.produced_at

    async def _cases(self, record: Record, stretch: Stretch) -> Sequence[DifferenceCase]:
        return await self.differences.search(CaseSearch(host=stretch.host, reference=record.global_serial))


def ended_by_people(record: Record, history: Sequence[Event]) -> bool:
    """Whether ``record`` is in the state that two people gave it."""
    confirmed = [orjson.loads(event.detail) for event in history if event.kind == "resolution_confirmed"]
    return any(each["was"] != record.state for each in confirmed)
