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

    ``encode`` makes the statement's arguments of a batch, ``decode`` the units' results, in order, of its rows. The
    statement commits by itself and must be whole or nothing. If it fails for a batch, each unit is tried alone, so
    that a bad one fails for its own caller only. A cancelled caller does not take back what it asked for.
    """

    def __init__(
        self,
        engine: PostgresqlEngine,
        sql: str,
        encode: Callable[[list[UnitT]], Sequence[Any]],
        decode: Callable[[list[UnitT], list[Row]], Sequence[ResultT]],
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
        try:
            await self._prepared()
        except DriverError as error:
            raise store_error(error) from error

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
        sent = False
        for left in reversed(range(_TRIES)):
            try:
                statement = await self._prepared()
                sent = True
                rows = await statement.fetch(*self._encode(units))
                return self._decode(units, rows)
            except StoreError as error:
                return [StoreError(error.reason) for _ in units]
            except DriverError as error:
                if left and is_conflict(error):
                    continue
                return await self._failed(units, error, sent=sent)
            except Exception as error:
                return [error] if len(units) == 1 else await self._each_alone(units)
        raise AssertionError

    async def _failed(self, units: list[UnitT], error: Exception, *, sent: bool) -> Sequence[ResultT | Exception]:
        if is_cut_off(error):
            self._disconnect()
        elif len(units) > 1:
            return await self._each_alone(units)
        return [store_error(error, committing=sent) for _ in units]

    async def _each_alone(self, units: list[UnitT]) -> Sequence[ResultT | Exception]:
        return [(await self._execute([unit]))[0] for unit in units]

    async def _prepared(self) -> Any:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._engine.connect()
            self._statement = await self._connection.prepare(self._sql)
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
