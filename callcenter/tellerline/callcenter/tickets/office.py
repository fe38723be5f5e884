"""The ticket service of one process, put together: what it needs goes in, what serves the contract comes out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from google.protobuf.descriptor import ServiceDescriptor

from tellerline.adapters.clock import Clock, Randomness
from tellerline.adapters.telemetry import Log
from tellerline.api.tickets.v1.tickets_pb2 import DESCRIPTOR
from tellerline.callcenter.tickets.desk import DeskParts, TicketDesk
from tellerline.callcenter.tickets.exports import ExportDesk
from tellerline.callcenter.tickets.flow_handlers import FlowHandlers
from tellerline.callcenter.tickets.flows import FlowRegister
from tellerline.callcenter.tickets.handlers import TicketHandlers
from tellerline.callcenter.tickets.history import CustomerHistory
from tellerline.callcenter.tickets.staff import Staff
from tellerline.callcenter.tickets.store import TicketStore
from tellerline.callcenter.tickets.transactions import Transactions
from tellerline.callcenter.tickets.watch import ClockWatch, TransactionWatch
from tellerline.routing.tickets.reading import shipped_flows
from tellerline.routing.tickets.working_time import WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeParts:
    """``calendar`` gives the working calendar as it is now; ``flows`` are installed where the store has none.
    Tickets of customers that are opened here are told to ``history``."""

    store: TicketStore
    transactions: Transactions
    staff: Staff
    calendar: Callable[[], WorkingCalendar]
    clock: Clock
    randomness: Randomness
    log: Log
    flows: Mapping[str, str] | None = None
    history: CustomerHistory | None = None


class TicketOffice:
    """Both services with their handlers, for a front, and the watches over clocks and transactions, from ``start`` to
    ``stop``."""

    def __init__(self, parts: OfficeParts) -> None:
        self._parts = parts
        self._running: list[asyncio.Task[None]] = []
        self.flows = FlowRegister(parts.store, parts.clock)
        self.desk = TicketDesk(
            DeskParts(
                store=parts.store,
                flows=self.flows,
                transactions=parts.transactions,
                calendar=parts.calendar,
                clock=parts.clock,
                randomness=parts.randomness,
            )
        )
        exports = ExportDesk(clock=parts.clock, log=parts.log, new_id=lambda: parts.randomness.bytes(8).hex())
        self.handlers = TicketHandlers(self.desk, parts.staff, parts.calendar().zone, exports)
        self.flow_handlers = FlowHandlers(self.flows, parts.staff)
        self.services: Sequence[tuple[ServiceDescriptor, object]] = (
            (DESCRIPTOR.services_by_name["TicketService"], self.handlers),
            (DESCRIPTOR.services_by_name["TicketFlowService"], self.flow_handlers),
        )
        self.clocks = ClockWatch(self.desk, parts.store, parts.clock, parts.log)
        self.transactions = TransactionWatch(self.desk, parts.store, parts.clock, parts.log)
        self.desk.changed = self.clocks.wake
        self._history = parts.history
        if parts.history is not None:
            self.desk.opened = parts.history.opened

    async def start(self, *, watching: bool = True) -> None:
        """Open the store, install the flows and begin to watch. Raises ``StoreUnavailableError``."""
        await self._parts.store.start()
        await self.flows.install(shipped_flows() if self._parts.flows is None else self._parts.flows)
        if watching:
            self._running = [asyncio.create_task(watch.run()) for watch in (self.clocks, self.transactions)]

    async def stop(self) -> None:
        """Stop watching, then close the store. Idempotent."""
        running, self._running = self._running, []
        for task in running:
            task.cancel()
        for task in running:
            with suppress(asyncio.CancelledError):
                await task
        if self._history is not None:
            await self._history.close()
        await self._parts.store.close()
