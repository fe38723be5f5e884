"""One connection for one hot statement: everything that waits goes in one execution with one commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from tellerline.adapters.store.errors import StoreError
from tellerline.adapters.store.postgresql import DriverError, PostgresqlEngine, is_conflict, is_cut_off, store_error
from tellerline.adapters.store.statements import Row
from tellerline.adapters.store.window import CommitWindow

UnitT = TypeVar("UnitT")
ResultT = TypeVar("ResultT")

LINGER = 0.004
"""Seconds that units wait for company under load: an execution costs more than a statement on a file of one's own."""

_TRIES = 5


class Lane(Generic[UnitT, ResultT]):
    """Runs ``sql`` on batches of units, one batch at a time, in the order of the calls.

    ``encode`` makes the statement's arguments of a batch, ``decode`` the units' results, in order, of its rows, or for
    a unit the exception that its caller gets. The statement commits by itself and must be whole or nothing. If the
    database refuses a batch, each unit is tried alone, so that a bad one fails for its own caller only; what was
    committed is never sent again, and if its rows cannot be read, every caller is told that it may be written. A
    cancelled caller does not take back what it asked for.
    """

    def __init__(
        self,
        engine: PostgresqlEngine,
        sql: str,
        encode: Callable[[list[UnitT]], Sequence[Any]],
        decode: Callable[[list[UnitT], list[Row]], Sequence[ResultT | Exception]],
        *,
        linger: float = LINGER,
    ) -> None:
        self._engine = engine
        self._sql = sql
        self._encode = encode
        self._decode = decode
        self._loop = asyncio.get_running_loop()
        self._window: CommitWindow[tuple[UnitT, asyncio.Future[ResultT]]]
        self._window = CommitWindow(self._hand_over, linger=linger)
        self._running: asyncio.Task[None] | None = None
        self._connection: Any = None
        self._statement: Any = None
        self._closed = False
        engine.at_close(self._close)

    def submit(self, unit: UnitT) -> asyncio.Future[ResultT]:
        future: asyncio.Future[ResultT] = self._loop.create_future()
        if self._closed:
            future.set_exception(StoreError("closed"))
        else:
            self._window.add((unit, future))
        return future

    async def warm_up(self) -> None:
        """Connect and prepare the statement, so that the first unit need not wait for it."""
        await self._prepared()

    def _hand_over(self, batch: list[tuple[UnitT, asyncio.Future[ResultT]]]) -> None:
        self._running = self._loop.create_task(self._run(batch))

    async def _run(self, batch: list[tuple[UnitT, asyncio.Future[ResultT]]]) -> None:
        try:
            results = await self._execute([unit for unit, _ in batch])
            for (_, future), result in zip(batch, results, strict=True):
                if future.done():
                    continue
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)
        finally:
            self._window.finished()

    async def _execute(self, units: list[UnitT]) -> Sequence[ResultT | Exception]:
        """Each unit's result, or the exception that its caller must get."""
        try:
            arguments = self._encode(units)
        except Exception as error:
            return [error] if len(units) == 1 else await self._each_alone(units)
        try:
            rows = await self._send(arguments)
        except _BatchRefusedError as error:
            return _for_each(units, error) if len(units) == 1 else await self._each_alone(units)
        except StoreError as error:
            return _for_each(units, error)
        return self._read(units, rows)

    async def _send(self, arguments: Sequence[Any]) -> list[Row]:
        """The rows of one commit. Sends again only after a conflict, of which the database has undone everything."""
        for left in reversed(range(_TRIES)):
            statement = await self._prepared()
            try:
                rows: list[Row] = await statement.fetch(*arguments)
            except DriverError as error:
                if is_cut_off(error):
                    self._disconnect()
                    raise store_error(error, committing=True) from error
                if not left or not is_conflict(error):
                    raise _BatchRefusedError(store_error(error).reason) from error
            except Exception as error:
                self._disconnect()  # a new connection learns the types anew: another process may have changed them
                raise _unreadable() from error
            else:
                return rows
        raise AssertionError

    def _read(self, units: list[UnitT], rows: list[Row]) -> Sequence[ResultT | Exception]:
        """The results of what is committed: whatever is wrong with them, nothing is sent again."""
        try:
            results = self._decode(units, rows)
        except Exception as error:
            return _for_each(units, _unreadable(), cause=error)
        return results if len(results) == len(units) else _for_each(units, _unreadable())

    async def _each_alone(self, units: list[UnitT]) -> Sequence[ResultT | Exception]:
        return [(await self._execute([unit]))[0] for unit in units]

    async def _prepared(self) -> Any:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._engine.connect()
            try:
                self._statement = await self._connection.prepare(self._sql)
            except DriverError as error:
                self._disconnect()
                raise store_error(error) from error
        return self._statement

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _close(self) -> None:
        self._closed = True
        await self._window.drain()
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


class _BatchRefusedError(StoreError):
    """The database undid a whole batch and said so: one of its units may be the reason."""


def _unreadable() -> StoreError:
    return StoreError("answer unreadable", maybe_written=True)


def _for_each(units: list[UnitT], error: StoreError, cause: BaseException | None = None) -> list[Exception]:
    """An error of each caller's own, since raising one changes it."""
    errors: list[Exception] = [StoreError(error.reason, maybe_written=error.maybe_written) for _ in units]
    for own in errors:
        own.__cause__ = cause or error.__cause__
    return errors
