"""What the journal keeps for hosts that are closed, over a database: statements, and what both stores share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tellerline.adapters.store.statements import Statement, Steps, Values, every, first
from tellerline.gateway.journal.codec import NotInJournalError, outcome_from_json, outcome_json
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.journal.records import Acceptance, Accepted, Duplicate, Event, LastKnown, Record, State
from tellerline.gateway.journal.rows import acceptance_values, event_values, instant, micros, record
from tellerline.gateway.journal.schema import IS_QUEUED, NOT_AN_ENQUIRY, last_known, transactions
from tellerline.gateway.journal.transactions import ADD, ADD_EVENT, CLAIM_MICROS, FIND, ROW
from tellerline.routing.model.outcome import Done

_ABOUT_MICROS = 60_000_000
"""Two clocks, and two requests at the same time: a reading of just before is not told either."""

t, k = transactions.c, last_known.c
_NOTE_SECONDS, _READING_SECONDS = 0.1, 2.0
_MOST = 20_000
_MOST_FORGOTTEN = 2 * _MOST
"""Of both that wait: what must not be told any more finds room where readings find none."""

QUEUED = Statement(
    select(*ROW)
    .where(IS_QUEUED, t.host == bindparam("of"))
    .order_by(t.accepted_at, t.global_serial)
    .limit(bindparam("most")),
    "of",
    "most",
)
AWAITED = Statement(select(t.host).where(IS_QUEUED).distinct().order_by(t.host))
CLAIM_QUEUED = Statement(
    update(transactions)
    .where(
        IS_QUEUED,
        t.global_serial == bindparam("serial"),
        or_(t.claimed_until <= bindparam("now"), t.claimed_by == bindparam("claimer")),
    )
    .values(claimed_by=bindparam("claimer"), claimed_until=bindparam("until"))
    .returning(t.global_serial),
    "claimer",
    "until",
    "serial",
    "now",
)
_remember = insert(last_known).values(
    operation=bindparam("about"), account=bindparam("of"), outcome=bindparam("said"), read_at=bindparam("at")
)
REMEMBER = Statement(
    _remember.on_conflict_do_update(
        index_elements=[k.operation, k.account],
        set_={"outcome": _remember.excluded.outcome, "read_at": _remember.excluded.read_at},
        where=k.read_at <= _remember.excluded.read_at,
    ),
    "about",
    "of",
    "said",
    "at",
)
_closing = (
    select(literal_column("1"))
    .where(
        t.account == bindparam("of"),
        NOT_AN_ENQUIRY,
        t.accepted_at >= k.read_at - literal_column(str(_ABOUT_MICROS)),
        t.operation == bindparam("closing"),
        t.state.not_in([literal_column(f"'{state}'") for state in (State.REJECTED, State.NOT_SENT)]),
    )
    .exists()
)
FORGET = Statement(
    delete(last_known).where(and_(k.operation == bindparam("about"), k.account == bindparam("of"))), "about", "of"
)
RECALL = Statement(
    select(k.outcome, k.read_at, _closing).where(k.operation == bindparam("about"), k.account == bindparam("of")),
    "about",
    "of",
    "closing",
)


def accept_queued(values: Values, event: Values) -> Steps[Accepted | Duplicate]:
    if not (yield ADD, values):
        [original] = yield FIND, (values[1], values[2])
        return Duplicate(record=record(original))
    yield ADD_EVENT, event
    return Accepted()


def claim(serial: str, owner: str, now: int) -> Steps[bool]:
    return bool((yield CLAIM_QUEUED, (owner, now + CLAIM_MICROS, serial, now)))


def write_down(readings: Sequence[LastKnown], notes: Sequence[Values]) -> Steps[None]:
    for reading in readings:
        if reading.answer is not None:
            said = outcome_json(reading.answer)
            yield REMEMBER, (reading.operation, reading.account, said, micros(reading.read_at))
        else:
            yield FORGET, (reading.operation, reading.account)
    for note in notes:
        yield ADD_EVENT, note


class StoredClosedHosts:
    """Keeps the promises of ``port.ClosedHosts``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._readings: dict[tuple[str, str], LastKnown] = {}
        self._notes: list[Values] = []
        self._noting = False
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    async def accept(self, acceptance: Acceptance, event: Event) -> Accepted | Duplicate:
        values = acceptance_values(acceptance, state="QUEUED")
        return await self._database.write(accept_queued, values, event_values(acceptance.global_serial, event))

    async def queued(self, host: str, limit: int = 50) -> Sequence[Record]:
        return [record(row) for row in await self._database.look(every, QUEUED, host, limit)]

    async def awaited(self) -> Sequence[str]:
        return [host for (host,) in await self._database.look(every, AWAITED)]

    async def claim(self, global_serial: str, owner: str, now: datetime) -> bool:
        return await self._database.write(claim, global_serial, owner, micros(now))

    def remember(self, reading: LastKnown) -> None:
        self._keep(reading, _MOST)

    def forget(self, operation: str, account: str, at: datetime) -> None:
        self._keep(LastKnown(operation=operation, account=account, answer=None, read_at=at), _MOST_FORGOTTEN)

    def _keep(self, reading: LastKnown, most: int) -> None:
        about = reading.operation, reading.account
        if about in self._readings or len(self._readings) < most:
            self._readings[about] = reading
            if self._timer is None:
                self._later(_READING_SECONDS)

    def note(self, global_serial: str, event: Event) -> None:
        if len(self._notes) < _MOST:
            self._notes.append(event_values(global_serial, event))
            self._later(_NOTE_SECONDS)

    async def recall(self, operation: str, account: str, *, closed_by: str = "") -> LastKnown | None:
        await self.flush()
        row = await self._database.look(first, RECALL, operation, account, closed_by)
        answer = None if row is None else _answer(row[0])
        if row is None or answer is None:
            return None
        told = None if row[2] else answer
        return LastKnown(operation=operation, account=account, answer=told, read_at=instant(row[1]))

    async def flush(self) -> None:
        """Return when what was noted so far is durable, or the store has failed to take it (it goes on waiting)."""
        if self._writing is not None:
            await asyncio.shield(self._writing)
        if self._readings or self._notes:
            await asyncio.shield(self._begin())

    async def flush_notes(self) -> None:
        """The same if events wait: whoever reads a history sees them."""
        if self._notes or (self._writing is not None and self._noting):
            await self.flush()

    async def close(self) -> None:
        """Write what is still in memory; what the store does not take now is lost."""
        await self.flush()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _later(self, seconds: float) -> None:
        """Write in ``seconds`` of real time, or earlier if that is arranged already."""
        loop = asyncio.get_running_loop()
        if self._writing is not None or (self._timer is not None and self._timer.when() <= loop.time() + seconds):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(seconds, self._begin)

    def _begin(self) -> asyncio.Task[None]:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())
        return self._writing

    async def _write(self) -> None:
        """In the order of the accounts: several gateways may write about the same ones."""
        readings, self._readings = self._readings, {}
        notes, self._notes = self._notes, []
        self._noting = bool(notes)
        try:
            await self._database.write(write_down, _in_order(readings.values()), notes)
        except StoreUnavailableError:
            self._readings = readings | self._readings
            self._notes = notes + self._notes
        finally:
            self._writing = None
            if self._readings or self._notes:
                self._later(_READING_SECONDS)


def _answer(stored: bytes) -> Done | None:
    """None for what this version cannot read."""
    try:
        outcome = outcome_from_json(stored)
    except NotInJournalError:
        return None
    return outcome if isinstance(outcome, Done) else None


def _in_order(readings: Iterable[LastKnown]) -> list[LastKnown]:
    return sorted(readings, key=lambda reading: (reading.account, reading.operation))
