"""Sayings over a database: written with all that follows from them, or not at all."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from tellerline.adapters.store.statements import Statement, Steps
from tellerline.gateway.journal import limits
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.records import Duplicate, State
from tellerline.gateway.journal.rows import acceptance_values, event_values, record
from tellerline.gateway.journal.sayings import About, Addition, Said, Saying
from tellerline.gateway.journal.schema import events
from tellerline.gateway.journal.transactions import ADD, ADD_EVENT, FIND, GET, LOCK, STATE

_PENDING = frozenset({State.PENDING})

HEARD = Statement(
    select(func.count())
    .select_from(events)
    .where(events.c.global_serial == bindparam("serial"), events.c.kind == bindparam("what")),
    "serial",
    "what",
)


class _OutdatedError(Exception):
    """Takes back what was written before it."""


def say(saying: Saying) -> Steps[Said | Duplicate]:
    """The lock comes first: of two sayings about one transaction the later one sees what the earlier one has written.

    Where there is no transaction yet, its serial is taken first: what comes for it at the same time is seen, or waits.
    """
    about, said = saying.about, saying.row.acceptance
    if about is not None:
        yield LOCK, (about.global_serial,)
    taken = yield FIND, (said.channel, said.channel_serial)
    if taken:
        return Duplicate(record=record(taken[0]))
    if about is not None and not (yield from _stands(about)):
        return Said.OUTDATED
    for each in (*saying.others, saying.row):
        if not (yield from _add(each)):
            raise _OutdatedError
    if about is not None:
        yield from _change(about)
    return Said.WRITTEN


def _stands(about: About) -> Steps[bool]:
    rows = yield GET, (about.global_serial,)
    [(heard,)] = yield HEARD, (about.global_serial, about.kind)
    return bool(rows) and rows[0][STATE] == about.stood.value and heard == about.heard


def _add(addition: Addition) -> Steps[bool]:
    """False, and nothing written, when its channel serial is taken."""
    if not (yield ADD, acceptance_values(addition.acceptance)):
        return False
    yield from limits.settle(addition.settlement, _PENDING)
    return True


def _change(about: About) -> Steps[None]:
    if about.change is not None:
        yield from limits.settle(about.change, frozenset({about.stood}))
    if about.event is not None:
        yield ADD_EVENT, event_values(about.global_serial, about.event)


class StoredFollowUps:
    """Keeps the promises of ``port.FollowUps``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def say(self, saying: Saying) -> Said | Duplicate:
        try:
            return await self._database.write(say, saying)
        except _OutdatedError:
            return Said.OUTDATED
