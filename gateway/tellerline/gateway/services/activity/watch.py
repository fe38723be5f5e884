"""A customer's transactions as a stream of changes, resumable by time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from tellerline.adapters.clock import Clock
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.port import Journal
from tellerline.gateway.journal.records import FINAL_STATES, Record, Search, State
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 2.0
_OVERLAP: Final = timedelta(seconds=5)
"""Gateways on one database do not commit in the order of their acceptance, nor by one clock."""
_OLDEST: Final = timedelta(days=1)
_PAGE: Final = 200
_MOST: Final = 1_000
_OPEN: Final = tuple(state for state in State if state not in FINAL_STATES)
_MICRO: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class ActivityWatch:
    """Reads the journal again and again, with growing pauses: changes may come from any gateway on the database."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def follow(self, customer: str, since: int, call: CallContext) -> AsyncIterator[tuple[Record | None, int]]:
        """Each change at least once with the place behind it (microseconds of the epoch, never less than before), after
        the place alone. ``since`` is such a place, 0 for now. Raises ``DEADLINE_EXCEEDED`` when the time is over.
        """
        now = self._clock.now()
        begin = max(_EPOCH + since * _MICRO, now - _OLDEST) if since else now
        place = (begin - _EPOCH) // _MICRO
        yield None, place
        seen: OrderedDict[str, State] = OrderedDict()
        accepted_from, pause = begin, _FIRST_PAUSE
        found = await self._search(Search(customer=customer, states=_OPEN, limit=_PAGE))
        while True:
            started = self._clock.now()
            found += await self._search(Search(customer=customer, accepted_from=accepted_from - _OVERLAP, limit=_PAGE))
            changed = [record for record in _news(found, seen) if _is_new(record, begin)]
            for record in changed:
                place = max(place, (_changed_at(record) - _EPOCH) // _MICRO)
                yield record, place
            accepted_from = max(accepted_from, started)
            pause = _FIRST_PAUSE if changed else min(pause * 2, _LONGEST_PAUSE)
            if self._clock.monotonic() + pause >= call.deadline:
                raise RefusalError(Code.DEADLINE_EXCEEDED)
            await self._clock.sleep(pause)
            found = await self._open(seen)

    async def _open(self, seen: Mapping[str, State]) -> list[Record]:
        """Those that were not final when they were last seen."""
        waiting = [serial for serial, state in seen.items() if state not in FINAL_STATES]
        return [record for serial in waiting if (record := await self._journal.get(serial)) is not None]

    async def _search(self, wanted: Search) -> list[Record]:
        """All pages, up to a bound; no enquiries."""
        found: list[Record] = []
        for _ in range(_MOST // _PAGE):
            page = await self._journal.search(wanted)
            found += [record for record in page if record.effect is not Effect.ENQUIRY]
            if len(page) < _PAGE:
                break
            wanted = replace(wanted, after=page[-1].global_serial)
        return found


def _news(found: Sequence[Record], seen: OrderedDict[str, State]) -> list[Record]:
    """Records in another state than ``seen`` says, in the order of their changes; ``seen`` learns of them."""
    latest = {record.global_serial: record for record in found}
    news = [record for serial, record in latest.items() if seen.get(serial) is not record.state]
    for record in news:
        seen[record.global_serial] = record.state
    while len(seen) > _MOST:
        seen.popitem(last=False)
    return sorted(news, key=_changed_at)


def _is_new(record: Record, begin: datetime) -> bool:
    """Whether something may have happened to it since ``begin``: what is not final has no time of its last change."""
    return record.state not in FINAL_STATES or _changed_at(record) > begin


def _changed_at(record: Record) -> datetime:
    return record.settled_at or record.accepted_at
