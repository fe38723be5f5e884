"""Cases over a database: what both stores share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tellerline.adapters.store.statements import every, first
from tellerline.gateway.journal import resolving, rows
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.legs import PLAN_OF
from tellerline.gateway.journal.records import CaseObstacle, Event, Resolution, Settlement, State


class StoredCases:
    """Keeps the promises of ``port.Cases``."""

    def __init__(self, database: Database, *, proofs_ended: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._proofs_ended = proofs_ended

    async def propose(self, resolution: Resolution, event: Event) -> Resolution | CaseObstacle:
        return await self._database.write(resolving.propose, resolution, event)

    async def confirm(
        self, decided: Resolution, settlement: Settlement, expected: frozenset[State], *, counts_again: int = 0
    ) -> State | CaseObstacle:
        try:
            return await self._database.write(resolving.confirm, decided, settlement, expected, counts_again)
        finally:
            if settlement.proofs is not None:
                self._proofs_ended()

    async def reject(self, decided: Resolution, event: Event) -> CaseObstacle | None:
        return await self._database.write(resolving.reject, decided, event)

    async def resolutions(self, global_serial: str) -> Sequence[Resolution]:
        return [rows.resolution(row) for row in await self._database.look(every, resolving.ALL, global_serial)]

    async def open_resolutions(self, global_serials: Sequence[str]) -> Sequence[Resolution]:
        found = await self._database.read(resolving.open_of, tuple(global_serials))
        return [rows.resolution(row) for row in found]

    async def plan_of(self, global_serial: str) -> str:
        row = await self._database.look(first, PLAN_OF, global_serial)
        return "" if row is None else row[0]
