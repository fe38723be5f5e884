"""The hosts' state for operators: from the gates, and the journal's open doubts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tellerline.gateway.hosts.gate import HostGate
from tellerline.gateway.journal.port import ClosedHosts, Journal
from tellerline.gateway.services.ports import HostFacts

_PAGE = 500


class GateStatus:
    """Implements ``services.ports.HostStatus``."""

    def __init__(self, gates: Iterable[HostGate], journal: Journal, closed_hosts: ClosedHosts) -> None:
        self._gates = sorted(gates, key=lambda gate: gate.name)
        self._journal = journal
        self._closed_hosts = closed_hosts

    async def facts(self) -> tuple[HostFacts, ...]:
        """See ``services.ports.HostStatus``."""
        return tuple([await self._facts(gate) for gate in self._gates])

    async def _facts(self, gate: HostGate) -> HostFacts:
        closed = gate.opening.closed()
        return HostFacts(
            name=gate.name,
            operations=tuple(sorted(gate.operations)),
            breaker=gate.breaker.state,
            in_flight=gate.bulkhead.in_flight,
            queued=gate.bulkhead.queued,
            last_success_at=gate.last_success_at,
            last_failure_at=gate.last_failure_at,
            last_failure=gate.last_failure,
            open_doubts=await self._open_doubts(gate.name),
            closing=closed.reason if closed else "",
            back_at=datetime.fromisoformat(closed.until) if closed and closed.until else None,
            waiting=len(await self._closed_hosts.queued(gate.name, _PAGE)),
        )

    async def _open_doubts(self, host: str) -> int:
        count, after = 0, ""
        while True:
            page = await self._journal.doubts(after=after, limit=_PAGE, host=host)
            count += len(page)
            if len(page) < _PAGE:
                return count
            after = page[-1].global_serial
