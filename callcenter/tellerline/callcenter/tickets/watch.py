"""What happens to tickets by itself: clocks run out and call people, and transactions in doubt become definite."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log
from tellerline.callcenter.storage import StoreUnavailableError
from tellerline.callcenter.tickets.desk import TicketDesk
from tellerline.callcenter.tickets.store import TicketStore
from tellerline.callcenter.tickets.transactions import NotHeardError

_LONGEST_SLEEP = 60.0
"""Seconds after which it looks even so: another process may have opened a ticket, or an operator set the clock."""
_AFTER_A_FAILURE = 2.0
_TOGETHER = 20
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class ClockWatch:
    """Records what time has done, when it does it. What is due stands in the store: nothing is lost with a process.

    Any number of processes may watch the same store; each fact is recorded once.
    """

    def __init__(self, desk: TicketDesk, store: TicketStore, clock: Clock, log: Log) -> None:
        self._desk = desk
        self._store = store
        self._clock = clock
        self._log = log
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look anew: a ticket has changed."""
        self._woken.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            self._woken.clear()
            try:
                failed = await self.look()
                seconds = _AFTER_A_FAILURE if failed else await self._seconds_left()
            except StoreUnavailableError as error:
                self._log.error("ticket_clocks_not_read", reason=error.reason)
                seconds = _AFTER_A_FAILURE
            await _sleep(self._clock, self._woken, seconds)

    async def look(self) -> int:
        """Record what time has done to every ticket by now; how many failed. They are tried again the next time."""
        failed = 0
        after = (_LONG_AGO, "")
        while due := await self._store.due(self._clock.now(), after=after):
            after = due[-1]
            failed += await _failures(self._desk.look, [ticket for _, ticket in due], self._log)
        return failed

    async def _seconds_left(self) -> float:
        coming = await self._store.next_at()
        if coming is None:
            return _LONGEST_SLEEP
        return min(max(0.0, (coming - self._clock.now()).total_seconds()), _LONGEST_SLEEP)


class TransactionWatch:
    """Asks the gateway about every open ticket's transaction whose outcome is not known, each ``interval`` seconds."""

    def __init__(self, desk: TicketDesk, store: TicketStore, clock: Clock, log: Log, *, interval: float = 30.0) -> None:
        self._desk = desk
        self._store = store
        self._clock = clock
        self._log = log
        self._interval = interval

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self.look()
            except StoreUnavailableError as error:
                self._log.error("ticket_transactions_not_read", reason=error.reason)
            await self._clock.sleep(self._interval)

    async def look(self) -> int:
        """Ask once about each; how many could not be asked."""
        failed, after = 0, ""
        while doubtful := await self._store.in_doubt(after=after):
            after = doubtful[-1]
            failed += await _failures(self._desk.ask_transaction, doubtful, self._log)
        return failed


async def _failures(do: Callable[[str], Awaitable[object]], tickets: Sequence[str], log: Log) -> int:
    """Do it for all, a few at a time, so that they share the store's commits; how many failed."""
    failed = 0
    for start in range(0, len(tickets), _TOGETHER):
        tried = await asyncio.gather(*(_tried(do, ticket, log) for ticket in tickets[start : start + _TOGETHER]))
        failed += tried.count(False)
    return failed


async def _tried(do: Callable[[str], Awaitable[object]], ticket: str, log: Log) -> bool:
    """One ticket that cannot be looked at must not keep the others waiting."""
    try:
        await do(ticket)
    except StoreUnavailableError:
        raise
    except NotHeardError as error:
        log.warning("transaction_not_heard", ticket=ticket, reason=str(error))
        return False
    except Exception as error:
        log.error("ticket_not_looked_at", ticket=ticket, exc_info=error)
        return False
    return True


async def _sleep(clock: Clock, woken: asyncio.Event, seconds: float) -> None:
    if seconds <= 0:
        return await clock.sleep(0)
    timer = clock.call_later(seconds, woken.set)
    try:
        await woken.wait()
    finally:
        timer.cancel()
