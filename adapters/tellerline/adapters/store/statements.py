"""SQLAlchemy Core statements compiled once per dialect and run on the raw driver, at the raw driver's price."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from operator import itemgetter
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.engine.interfaces import Dialect

Row: TypeAlias = Sequence[Any]
"""One row of a result, by position: a tuple of SQLite's driver or a record of PostgreSQL's."""

Values: TypeAlias = tuple[Any, ...]
ResultT = TypeVar("ResultT")

_SQLITE: Dialect = pysqlite.dialect(paramstyle="qmark")
_POSTGRESQL: Dialect = asyncpg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class Compiled:
    """SQL of one dialect. ``arrange`` puts a statement's values into the driver's order; None if it is the same."""

    __slots__ = ("arrange", "sql")

    def __init__(self, clause: ClauseElement, dialect: Dialect, order: tuple[str, ...], rows: int) -> None:
        compiled = clause.compile(dialect=dialect)
        names: list[str] = list(compiled.positiontup or ())  # type: ignore[attr-defined]
        constants = {name: value for name, value in compiled.params.items() if name not in order}
        missing = sorted(name for name in names if name not in order and constants[name] is None)
        unused = sorted(set(order) - set(names))
        if missing or unused:
            raise ValueError(f"parameters not in the declared order: {missing}; declared but unused: {unused}")
        self.sql = str(compiled)
        self.arrange = None if tuple(names) == order else _arrangement(names, order, constants)
        if rows > 1:
            if self.arrange is not None:
                raise ValueError("rows together need their values in the driver's order")
            self.sql, inserted = _VALUES.subn(lambda found: _of_rows(found[0], rows, len(order)), self.sql, count=1)
            if not inserted:
                raise ValueError("rows together are of an insertion of values")


_VALUES = re.compile(r"(?<= VALUES )\(.*?\)(?= ON CONFLICT | RETURNING |$)", re.DOTALL)
_NUMBERED = re.compile(r"\$(\d+)")


def _of_rows(values: str, rows: int, size: int) -> str:
    """Once for each row; numbered parameters count on."""

    def of_row(row: int) -> str:
        return _NUMBERED.sub(lambda found: f"${int(found[1]) + row * size}", values)

    return ", ".join(map(of_row, range(rows)))


def _arrangement(names: list[str], order: tuple[str, ...], constants: dict[str, Any]) -> Callable[[Values], Values]:
    if set(names) <= set(order):
        return itemgetter(*(order.index(name) for name in names))
    places = [(order.index(name), None) if name in order else (-1, constants[name]) for name in names]
    return lambda values: tuple(constant if place < 0 else values[place] for place, constant in places)


class Statement:
    """One statement with the order in which its values are given, the same for both dialects.

    Compiled on first use, then kept. A parameter that is missing from ``order``, or not in the statement, raises
    ``ValueError`` at that first use: a test that compiles every statement is enough to rule it out. Of an insertion of
    many ``rows`` the values of each follow those of the one before; they are written out here, which SQLAlchemy would
    take fifty times as long for.
    """

    __slots__ = ("_clause", "_order", "_postgresql", "_rows", "_sqlite")

    def __init__(self, clause: ClauseElement, *order: str, rows: int = 1) -> None:
        self._clause = clause
        self._order = order
        self._rows = rows
        self._sqlite: Compiled | None = None
        self._postgresql: Compiled | None = None

    @property
    def sqlite(self) -> Compiled:
        if self._sqlite is None:
            self._sqlite = Compiled(self._clause, _SQLITE, self._order, self._rows)
        return self._sqlite

    @property
    def postgresql(self) -> Compiled:
        if self._postgresql is None:
            self._postgresql = Compiled(self._clause, _POSTGRESQL, self._order, self._rows)
        return self._postgresql


Steps: TypeAlias = Generator[tuple[Statement, Values], list[Row], ResultT]
"""Work on a database without a database: yields a statement with its values, is sent the rows, returns the result.

An engine runs all of it in one transaction. It may be run again from the start after a conflict: it must have no
effect but its statements.
"""


Together: TypeAlias = Generator[tuple[Statement, Sequence[Values]], int, list[ResultT] | None]
"""Many units of work of one kind: yields a statement with the values of each, is sent how many rows they changed.

Returns each unit's result, in order, or None when they have to be done one by one: then nothing of it is kept.
"""


def first(statement: Statement, *values: Any) -> Steps[Row | None]:
    """One statement's first row, or None."""
    rows = yield statement, values
    return rows[0] if rows else None


def every(statement: Statement, *values: Any) -> Steps[list[Row]]:
    """One statement's rows."""
    return (yield statement, values)
