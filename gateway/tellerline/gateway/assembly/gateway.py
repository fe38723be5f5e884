"""One gateway put together: what starts and ends with it, in which order."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.adapters.telemetry import Metrics, Tracing
from tellerline.gateway.access.desk import PolicyDesk
from tellerline.gateway.channels.service import Service
from tellerline.gateway.day.calendars import CalendarFiles
from tellerline.gateway.day.queue import ClosedHostQueue
from tellerline.gateway.doubt.resolver import DoubtResolver
from tellerline.gateway.hosts.gate import HostGate
from tellerline.gateway.journal.port import Store
from tellerline.gateway.pipeline.late import LateReplies
from tellerline.gateway.pipeline.mirror import Mirror
from tellerline.gateway.pipeline.pipeline import TransactionPipeline
from tellerline.gateway.routes.desk import RouteDesk
from tellerline.gateway.services.parts import Parts


@dataclass(slots=True, kw_only=True)
class Gateway:
    """One gateway process without its front. ``services`` may be served between ``start`` and ``close``."""

    services: tuple[Service, ...]
    parts: Parts
    pipeline: TransactionPipeline
    resolver: DoubtResolver
    metrics: Metrics
    _gates: tuple[HostGate, ...]
    _late: LateReplies
    _routes: RouteDesk
    _policies: PolicyDesk
    _calendars: CalendarFiles
    _mirror: Mirror
    _queue: ClosedHostQueue
    _store: Store
    _tracing: Tracing
    _drain_seconds: float

    async def start(self) -> None:
        """Open the store, meet the hosts, take up what an earlier life of this instance left behind.

        Raises ``StoreUnavailableError``, ``RoutingError`` for rules that do not fit the hosts, ``ManifestError`` for a
        calendar that cannot be read; a host that is down is not an error.
        """
        await self._store.start()
        await self._routes.start()
        await self._policies.start()
        await self._calendars.start()
        for gate in self._gates:
            await gate.start(self._late.on_late_reply)
        await self._queue.start(self._gates)
        await self.resolver.start()

    async def close(self) -> None:
        """Refuse what comes, let what is under way end, write down what is left. Idempotent."""
        await self.pipeline.drain(self._drain_seconds)
        await self._routes.close()
        await self._policies.close()
        await self._calendars.close()
        await self._mirror.close()
        await self._queue.close()
        await self.resolver.close()
        for gate in self._gates:
            await gate.close()
        await self._late.close()
        await self._store.close()
        self._tracing.close()
