"""Where tickets are kept: a file of their own, or a schema of their own."""

from __future__ import annotations

from pathlib import Path

from tellerline.adapters.clock import Clock
from tellerline.callcenter import storage
from tellerline.callcenter.tickets.migrations import MIGRATIONS
from tellerline.callcenter.tickets.store import TicketStore


def sqlite_tickets(path: Path) -> TicketStore:
    """The store in the file ``path``, created if need be; one process has it."""
    return TicketStore(storage.sqlite(path, MIGRATIONS))


def postgresql_tickets(dsn: str, clock: Clock, *, schema: str = "tellerline_tickets") -> TicketStore:
    """The store in ``schema`` of the database ``dsn``, created if need be; any number of processes share it."""
    return TicketStore(storage.postgresql(dsn, clock, schema, MIGRATIONS))
