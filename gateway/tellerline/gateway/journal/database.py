"""What the journal asks of a database: its few hot operations by name, everything else as steps of statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, TypeVarTuple

from tellerline.adapters.store.errors import StoreError
from tellerline.adapters.store.statements import Steps, Values
from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.journal.records import Acceptance, Accepted, Duplicate, OverLimit, Settlement, State

ResultT = TypeVar("ResultT")
Args = TypeVarTuple("Args")


class Database(Protocol):
    """One of the two databases. Every method raises ``StoreUnavailableError`` and no other error of storage."""

    async def accept(self, acceptance: Acceptance) -> Accepted | Duplicate | OverLimit: ...

    async def settle(self, settlement: Settlement, expected: frozenset[State]) -> State | None:
        """The state before the change, or None when it was not one of ``expected``."""

    async def append(self, rows: Sequence[Values]) -> None:
        """Add whole transactions in one commit; those that are there already are left as they are."""

    async def look(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        """Read a few rows by key, in the cheapest way."""

    async def read(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        """Read, perhaps many rows; each statement sees what is committed when it begins."""

    async def snapshot(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        """``read``, where several statements make one answer: they see all that was committed before the first of
        them, and nothing else."""

    async def write(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        """Durable before it returns. May be run again from the start after a conflict."""

    async def write_alone(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        """As ``write``, never beside another ``write_alone`` in any process of this database."""


def unavailable(error: StoreError) -> StoreUnavailableError:
    """The engine's error in the journal's words."""
    return StoreUnavailableError(error.reason, maybe_written=error.maybe_written)
