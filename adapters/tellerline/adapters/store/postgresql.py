"""PostgreSQL: whatever waits goes as one statement with one commit; the cold paths share a small pool."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar, TypeVarTuple

import asyncpg
from asyncpg.exceptions import PostgresConnectionError, PostgresError

from tellerline.adapters.clock import Clock
from tellerline.adapters.store.errors import StoreError
from tellerline.adapters.store.migrations import Migrations
from tellerline.adapters.store.statements import Row, Steps

ResultT = TypeVar("ResultT")
Args = TypeVarTuple("Args")

DriverError = (OSError, TimeoutError, PostgresError, asyncpg.InterfaceError)
"""All that the driver raises for what the server or the network did."""

_TRIES = 5
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 2.0
_CONNECT_SECONDS = 5.0
_MIGRATION_SECONDS = 600.0
_CONFLICTS = {"40001", "40P01"}
_CUT_OFF = {"57P01", "57P02", "57P03", "40003"}
_REASONS = {"53100": "disk full", "25006": "database read-only", "57014": "database too slow"}


class _Connection(asyncpg.Connection):  # type: ignore[misc]
    """Nothing is left behind on a connection, so nothing is reset when it goes back to the pool."""

    def get_reset_query(self) -> str:
        return ""


class PostgresqlEngine:
    """One schema of one database, shared with any number of processes.

    After a failure to connect, calls are refused at once for a pause that doubles up to two seconds of ``clock``'s
    time. Deadlocks and serialization failures are tried again. Failures are ``StoreError``.
    """

    def __init__(
        self, dsn: str, clock: Clock, *, schema: str = "public", connections: int = 4, timeout: float = 10.0
    ) -> None:
        self._dsn = dsn
        self._clock = clock
        self._schema = schema
        self._connections = connections
        self._timeout = timeout
        self._pool: Any = None
        self._pause = 0.0
        self._down_until = 0.0
        self._closers: list[Callable[[], Coroutine[Any, Any, None]]] = []

    async def start(self, migrations: Migrations) -> None:
        """Connect and bring the schema to head; several engines may do so at the same time."""
        try:
            await self._migrate(migrations)
            self._pool = await asyncpg.create_pool(
                self._dsn,
                min_size=1,
                max_size=self._connections,
                connection_class=_Connection,
                **self._options(),
            )
        except DriverError as error:
            raise store_error(error) from error
        except ValueError:  # its text would quote what was taken for a port: a part of the password, often
            raise StoreError("the DSN cannot be read: special characters in it must be percent-encoded") from None

    async def close(self) -> None:
        """Finish what was asked for, then disconnect. Idempotent."""
        for close in self._closers:
            await close()
        self._closers.clear()
        pool, self._pool = self._pool, None
        if pool is not None:
            try:
                await asyncio.wait_for(pool.close(), self._timeout)
            except DriverError:
                pool.terminate()

    def at_close(self, closer: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have ``closer`` awaited before the engine disconnects."""
        self._closers.append(closer)

    async def connect(self) -> Any:
        """A connection of the caller's own; refused while the pause after a failure lasts."""
        self.refuse_if_down()
        try:
            connection = await asyncpg.connect(self._dsn, connection_class=_Connection, **self._options())
        except DriverError as error:
            raise self.failed_to_connect(error) from error
        self._pause = 0.0
        return connection

    async def read(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        """Run ``steps``, which only read, each statement on its own."""
        async with self._acquired() as connection:
            try:
                return await _drive(connection, steps, *args)
            except DriverError as error:
                raise store_error(error) from error

    async def snapshot(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
        """``read`` the database as it is at one moment, whatever is committed meanwhile: two round trips more."""
        async with self._acquired() as connection:
            try:
                await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                result = await _drive(connection, steps, *args)
                await connection.execute("COMMIT")
            except DriverError as error:
                await _abandon(connection)
                raise store_error(error) from error
            except BaseException:
                await _abandon(connection)
                raise
            return result

    async def write(self, steps: Callable[[*Args], Steps[ResultT]], *args: *Args, alone: str = "") -> ResultT:
        """Run ``steps`` in one transaction, durable before it returns.

        With ``alone``, never beside another ``write`` of the same word on this schema, in any process.
        """
        for left in reversed(range(_TRIES)):
            try:
                async with self._acquired() as connection:
                    return await self._transact(connection, alone, steps, *args)
            except StoreError as error:
                if not left or not is_conflict(error.__cause__):
                    raise
        raise AssertionError

    async def _transact(
        self, connection: Any, alone: str, steps: Callable[[*Args], Steps[ResultT]], *args: *Args
    ) -> ResultT:
        committing = False
        try:
            await connection.execute("BEGIN")
            if alone:
                await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"{self._schema}.{alone}")
            result = await _drive(connection, steps, *args)
            committing = True
            await connection.execute("COMMIT")
        except DriverError as error:
            await _abandon(connection)
            raise store_error(error, committing=committing) from error
        except BaseException:
            await _abandon(connection)
            raise
        return result

    def refuse_if_down(self) -> None:
        if self._clock.monotonic() < self._down_until:
            raise StoreError("database unavailable")

    def failed_to_connect(self, error: Exception) -> StoreError:
        """Note the failure: the next attempts are refused for a while."""
        self._pause = min(_LONGEST_PAUSE, self._pause * 2 or _FIRST_PAUSE)
        self._down_until = self._clock.monotonic() + self._pause
        return store_error(error)

    @asynccontextmanager
    async def _acquired(self) -> AsyncIterator[Any]:
        if self._pool is None:
            raise StoreError("closed")
        self.refuse_if_down()
        try:
            connection = await self._pool.acquire(timeout=self._timeout)
        except DriverError as error:
            raise self.failed_to_connect(error) from error
        self._pause = 0.0
        try:
            yield connection
        finally:
            await self._pool.release(connection)

    def _options(self) -> dict[str, Any]:
        settings = {"search_path": self._schema, "application_name": "tellerline", "jit": "off"}
        return {"server_settings": settings, "command_timeout": self._timeout, "timeout": _CONNECT_SECONDS}

    async def _migrate(self, migrations: Migrations) -> None:
        connection = await asyncpg.connect(self._dsn, **self._options())
        try:
            async with connection.transaction():
                await connection.execute(
                    "SELECT pg_advisory_xact_lock(hashtext($1))", f"{self._schema}.migrate", timeout=_MIGRATION_SECONDS
                )
                await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{self._schema}"')
                known = await connection.fetchval("SELECT to_regclass('alembic_version')")
                current = await connection.fetchval("SELECT version_num FROM alembic_version") if known else None
                if script := migrations.script("postgresql", current):
                    await connection.execute(script, timeout=_MIGRATION_SECONDS)
        finally:
            await connection.close()


def is_conflict(error: BaseException | None) -> bool:
    """Whether the database undid the work because of somebody else's: it may simply be tried again."""
    return isinstance(error, PostgresError) and error.sqlstate in _CONFLICTS


def is_cut_off(error: BaseException) -> bool:
    """Whether the connection went away before it was said how the statement ended."""
    if isinstance(error, PostgresError):
        return isinstance(error, PostgresConnectionError) or error.sqlstate in _CUT_OFF
    return True


def store_error(error: Exception, *, committing: bool = False) -> StoreError:
    """The driver's error as ours; ``committing`` says that the statement that failed would have committed."""
    state = error.sqlstate if isinstance(error, PostgresError) else ""
    cut_off = is_cut_off(error)
    reason = "connection lost" if cut_off else _REASONS.get(state, f"database error {state}")
    raised = StoreError(reason, maybe_written=committing and cut_off)
    raised.__cause__ = error
    return raised


async def _drive(connection: Any, steps: Callable[[*Args], Steps[ResultT]], *args: *Args) -> ResultT:
    work = steps(*args)
    rows: list[Row] | None = None
    try:
        while True:
            statement, values = next(work) if rows is None else work.send(rows)
            compiled = statement.postgresql
            if compiled.arrange is not None:
                values = compiled.arrange(values)
            rows = await connection.fetch(compiled.sql, *values)
    except StopIteration as end:
        result: ResultT = end.value
        return result


async def _abandon(connection: Any) -> None:
    """Make sure that nothing of a transaction goes on: a connection that cannot roll back is cut."""
    try:
        if connection.is_in_transaction():
            await connection.execute("ROLLBACK")
    except DriverError:
        connection.terminate()
