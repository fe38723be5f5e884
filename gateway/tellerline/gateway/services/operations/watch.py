"""One transaction as a stream of events, resumable at any of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tellerline.adapters.clock import Clock
from tellerline.api.operations.v1 import operations_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.port import Journal
from tellerline.gateway.journal.records import FINAL_STATES
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.operations.convert import event_to_proto
from tellerline.gateway.services.operations.history import beginning, ending
from tellerline.gateway.services.pages import number_of, page_token
from tellerline.gateway.services.requests import wants_english
from tellerline.gateway.services.transactions import info_of_record
from tellerline.routing.model.codes import Code

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5


class TransactionWatch:
    """Reads the journal again and again, with growing pauses: events may come from any gateway on the database."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def follow(
        self, request: pb.WatchTransactionRequest, serial: str, call: CallContext
    ) -> AsyncIterator[pb.WatchTransactionResponse]:
        """Ends behind the settlement; raises ``DEADLINE_EXCEEDED`` when the call's time is over before it."""
        seen, pause = number_of(request, request.resume_token), _FIRST_PAUSE
        while True:
            replies, final = await self._news(request, serial, seen)
            for reply in replies:
                yield reply
            if final:
                return
            if replies:
                seen, pause = seen + len(replies), _FIRST_PAUSE
            if self._clock.monotonic() + pause >= call.deadline:
                raise RefusalError(Code.DEADLINE_EXCEEDED)
            await self._clock.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _news(
        self, request: pb.WatchTransactionRequest, serial: str, seen: int
    ) -> tuple[list[pb.WatchTransactionResponse], bool]:
        """What came behind the first ``seen`` events, and whether nothing more will.

        The record is read before the events: a settlement found in it has all of its events stored.
        """
        record = await self._journal.get(serial)
        if record is None:
            raise RefusalError(Code.TRANSACTION_NOT_FOUND)
        events = beginning(record, await self._journal.history(serial))
        end = ending(record)
        if end is not None:
            events.append(end)
        info = info_of_record(record, english=wants_english(request.context))
        replies = [
            pb.WatchTransactionResponse(
                event=event_to_proto(event), info=info, resume_token=page_token(request, str(place))
            )
            for place, event in enumerate(events[seen:], seen + 1)
        ]
        return replies, record.state in FINAL_STATES
