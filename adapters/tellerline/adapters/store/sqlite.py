"""SQLite with one writer: units of work from everywhere share commits that are on disk before anyone is answered."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias, TypeVar, TypeVarTuple

from tellerline.adapters.store.errors import StoreError
from tellerline.adapters.store.ownership import FileOwnership
from tellerline.adapters.store.statements import Row, Steps, Together
from tellerline.adapters.store.window import LINGER, CommitWindow

ResultT = TypeVar("ResultT")
Args = TypeVarTuple("Args")

_Units: TypeAlias = Callable[[Sequence[Any]], Together[Any]]
_Unit: TypeAlias = tuple["asyncio.Future[Any]", Callable[..., Any], tuple[Any, ...], _Units | None]
"""Who waits, what to run with which arguments, and how many of its kind are done together."""
_Job: TypeAlias = tuple[list[_Unit], list[Any] | None]
"""A batch for the writer's thread, with its results where only the commit is left to do."""

_BUSY_SECONDS = 5.0
_CHECKPOINT_PAGES = 8_000
"""Of the log, before they are copied into the file: the later, the more often was each page written meanwhile."""
_CACHE_KIBIBYTES = 32_000
"""Of pages that the writer has at hand, at most: what it adds to belongs to any customer, and all over an index."""
_REASONS = {
    sqlite3.SQLITE_FULL: "disk full",
    sqlite3.SQLITE_BUSY: "database locked",
    sqlite3.SQLITE_LOCKED: "database locked",
    sqlite3.SQLITE_IOERR: "input or output error",
    sqlite3.SQLITE_CORRUPT: "database corrupted",
    sqlite3.SQLITE_NOTADB: "database corrupted",
    sqlite3.SQLITE_READONLY: "database read-only",
    sqlite3.SQLITE_CANTOPEN: "database cannot be opened",
    sqlite3.SQLITE_CONSTRAINT: "constraint violated",
}


class SqliteEngine:
    """One database file, owned by one process.

    Writing happens in the order of the calls; every result is handed back after its commit is durable (WAL,
    ``synchronous=FULL``). Commits happen on a thread of their own, and so does the work before them unless all of a
    batch can be done together: two threads that run Python side by side hinder each other. Readers see all that was
    answered. All methods belong to the loop that called ``start``. Failures are ``StoreError``; a cancelled caller does
    not take back what it asked for.
    """

    def __init__(self, path: Path, *, linger: float = LINGER) -> None:
        self._path = path
        self._linger = linger
        self._ownership = FileOwnership(path)
        self._batches: SimpleQueue[_Job | None] = SimpleQueue()
        self._readers: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._window: CommitWindow[_Unit]
        self._loop: asyncio.AbstractEventLoop
        self._looking: sqlite3.Connection
        self._writer: sqlite3.Connection

    async def start(self, prepare: Callable[[sqlite3.Connection], None] | None = None) -> None:
        """Open the file, creating it if need be. ``prepare`` runs first, alone, outside any transaction."""
        self._loop = asyncio.get_running_loop()
        self._window = CommitWindow(self._hand_over, linger=self._linger)
        self._ownership.take()
        try:
            self._writer = self._open()
            self._writer.execute(f"PRAGMA cache_size=-{_CACHE_KIBIBYTES}")
            if prepare is not None:
                prepare(self._writer)
            # What a statement of many rows might have to undo: pages in memory, not written to a file and thrown away.
            self._writer.execute("PRAGMA temp_store=MEMORY")
            self._looking = self._open_reader()
        except sqlite3.Error as error:
            self._ownership.give_up()
            raise store_error(error) from error
        self._pool = ThreadPoolExecutor(2, "sqlite-reader")
        self._thread = threading.Thread(target=self._serve, args=(self._writer,), name="sqlite-writer", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Finish what was asked for, then let go of the file. Idempotent."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        await self._window.drain()
        self._batches.put(None)
        await self._loop.run_in_executor(self._pool, thread.join)
        if self._pool is not None:
            self._pool.shutdown()
        while not self._readers.empty():
            self._readers.get().close()
        self._looking.close()
        self._ownership.give_up()

    def submit(self, unit: Callable[[sqlite3.Connection, *Args], ResultT], *args: *Args) -> asyncio.Future[ResultT]:
        """Run ``unit`` on the writer's connection, in a transaction that it may share with others.

        If another unit of the batch fails, this one is run again: it must have no effect but on the database. Its own
        exception goes to its own caller, and nothing of it is written.
        """
        return self._submit(unit, args)

    def _submit(
        self, unit: Callable[..., ResultT], args: tuple[Any, ...], together: _Units | None = None
    ) -> asyncio.Future[ResultT]:
        future: asyncio.Future[ResultT] = self._loop.create_future()
        if self._thread is None:
            future.set_exception(StoreError("closed"))
        else:
            self._window.add((future, unit, args, together))
        return future

    def write(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> asyncio.Future[ResultT]:
        """Run ``steps`` as one unit of work."""
        return self._submit(drive, (steps, *args))

    def write_together(
        self,
        together: Callable[[Sequence[tuple[*Args]]], Together[ResultT]],
        steps: Callable[[*Args], Steps[ResultT]],
        *args: *Args,
    ) -> asyncio.Future[ResultT]:
        """``write`` for a few rows by key: the loop runs all of a kind ``together``, or each its ``steps``.

        Units of different kinds in one commit run in any order.
        """
        return self._submit(drive, (steps, *args), together)

    async def read(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        """Run ``steps``, which only read, on another thread: for whatever may look at many rows.

        Each statement sees what is committed when it begins; ``snapshot`` is for several that belong together.
        """
        return await self._on_a_reader(drive, steps, args)

    async def snapshot(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        """``read`` the file as it is at one moment, whatever is committed meanwhile. Nobody waits for it."""
        return await self._on_a_reader(drive_at_one_moment, steps, args)

    def look(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        """Run ``steps``, which only read, here and now: for a few rows by key, cheaper than a change of threads."""
        if self._thread is None:
            raise StoreError("closed")
        try:
            return drive(self._looking, steps, *args)
        except sqlite3.Error as error:
            raise store_error(error) from error

    async def _on_a_reader(
        self, driver: Callable[..., ResultT], steps: Callable[..., Steps[ResultT]], args: tuple[Any, ...]
    ) -> ResultT:
        if self._thread is None:
            raise StoreError("closed")
        return await self._loop.run_in_executor(self._pool, self._read, driver, steps, args)

    def _read(
        self, driver: Callable[..., ResultT], steps: Callable[..., Steps[ResultT]], args: tuple[Any, ...]
    ) -> ResultT:
        try:
            try:
                connection = self._readers.get_nowait()
            except Empty:
                connection = self._open_reader()
            try:
                return driver(connection, steps, *args)
            finally:
                # A snapshot that stayed open would keep the log from ever being copied into the file as a whole.
                if connection.in_transaction:
                    connection.close()
                else:
                    self._readers.put(connection)
        except sqlite3.Error as error:
            raise store_error(error) from error

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, _BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        return connection

    def _open_reader(self) -> sqlite3.Connection:
        connection = self._open()
        connection.execute("PRAGMA query_only=ON")
        return connection

    def _serve(self, connection: sqlite3.Connection) -> None:
        while (job := self._batches.get()) is not None:
            batch, performed = job
            results = commit(connection, batch) if performed is None else conclude(connection, batch, performed)
            self._loop.call_soon_threadsafe(self._tell, batch, results)
        connection.close()

    def _hand_over(self, batch: list[_Unit]) -> None:
        together = all(unit[3] for unit in batch)
        self._batches.put((batch, perform(self._writer, batch) if together else None))

    def _tell(self, batch: list[_Unit], results: list[Any]) -> None:
        for (future, *_), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
        self._window.finished()


def drive(connection: sqlite3.Connection, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
    """Run ``steps`` to their end on a connection, within whatever transaction it is in."""
    work = steps(*args)
    rows: list[Row] | None = None
    try:
        while True:
            statement, values = next(work) if rows is None else work.send(rows)
            compiled = statement.sqlite
            if compiled.arrange is not None:
                values = compiled.arrange(values)
            rows = connection.execute(compiled.sql, values).fetchall()
    except StopIteration as end:
        result: ResultT = end.value
        return result


def drive_at_one_moment(
    connection: sqlite3.Connection, steps: Callable[[*Args], Steps[ResultT]], *args: *Args
) -> ResultT:
    """``drive`` ``steps``, which only read, in a transaction of their own, which is over however they end."""
    connection.execute("BEGIN")
    try:
        return drive(connection, steps, *args)
    finally:
        _roll_back(connection)


def commit(connection: sqlite3.Connection, batch: list[_Unit]) -> list[Any]:
    """Results of all units, in order: what each returned, or the exception that its caller must get."""
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        return [store_error(error) for _ in batch]
    try:
        results = [unit(connection, *args) for _, unit, args, _ in batch]
    except Exception as error:
        _roll_back(connection)
        if len(batch) > 1:
            return [commit(connection, [unit])[0] for unit in batch]
        return [store_error(error) if isinstance(error, sqlite3.Error) else error]
    return conclude(connection, batch, results)


def perform(connection: sqlite3.Connection, batch: list[_Unit]) -> list[Any] | None:
    """Results of all units, done together in a transaction that is left open; None, and nothing left of it, if not."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        results = _perform(connection, batch)
    except Exception:  # whatever it is, ``commit`` meets it again and gives it to the unit that it belongs to
        results = None
    if results is None:
        _roll_back(connection)
    return results


def _perform(connection: sqlite3.Connection, batch: list[_Unit]) -> list[Any] | None:
    kinds: dict[Any, list[int]] = {}
    for place, unit in enumerate(batch):
        kinds.setdefault(unit[3], []).append(place)
    results: list[Any] = [None] * len(batch)
    for together, places in kinds.items():
        its_results = _drive_together(connection, together([batch[place][2][1:] for place in places]))
        if its_results is None:
            return None
        for place, result in zip(places, its_results, strict=True):
            results[place] = result
    return results


def _drive_together(connection: sqlite3.Connection, work: Together[ResultT]) -> list[ResultT] | None:
    cursor = connection.cursor()
    changed: int | None = None
    try:
        while True:
            statement, values = next(work) if changed is None else work.send(changed)
            compiled = statement.sqlite
            if compiled.arrange is not None:
                values = [compiled.arrange(each) for each in values]
            changed = cursor.executemany(compiled.sql, values).rowcount
    except StopIteration as end:
        results: list[ResultT] | None = end.value
        return results


def conclude(connection: sqlite3.Connection, batch: list[_Unit], results: list[Any]) -> list[Any]:
    """Commit what was performed; what each caller gets."""
    try:
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        _roll_back(connection)
        return [store_error(error, committing=True) for _ in batch]
    return results


def store_error(error: sqlite3.Error, *, committing: bool = False) -> StoreError:
    """The driver's error as ours. Only an I/O error during a commit leaves open what the file will say later."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    raised = StoreError(_REASONS.get(code, "database error"), maybe_written=committing and code == sqlite3.SQLITE_IOERR)
    raised.__cause__ = error
    return raised


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        try:
            connection.execute("ROLLBACK")
        except sqlite3.Error:
            return
