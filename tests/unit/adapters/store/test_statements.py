"""Statements: the same values in the same order, whatever the dialect."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, select, update
from sqlalchemy.dialects.postgresql import Insert, insert

from tellerline.adapters.store.statements import Statement

table = Table("t", MetaData(), Column("a", Integer), Column("b", Integer))


def test_values_are_arranged_for_each_dialect() -> None:
    query = select(table.c.a).where(table.c.b > bindparam("x"), table.c.a < bindparam("y"), table.c.a > bindparam("x"))
    statement = Statement(query.limit(bindparam("most")), "y", "x", "most")
    sqlite, postgresql = statement.sqlite, statement.postgresql
    assert sqlite.arrange is not None
    assert sqlite.arrange((1, 2, 3)) == (2, 1, 2, 3, 0)
    assert postgresql.arrange is not None
    assert postgresql.arrange((1, 2, 3)) == (2, 1, 3)
    assert "$1" in postgresql.sql
    assert statement.sqlite is sqlite


def test_values_in_the_drivers_order_are_passed_as_they_are() -> None:
    statement = Statement(update(table).where(table.c.a == bindparam("x")).values(b=bindparam("y")), "y", "x")
    assert statement.sqlite.arrange is None
    assert statement.postgresql.arrange is None


_BOTH = insert(table).values(a=bindparam("a"), b=bindparam("b"))


@pytest.mark.parametrize("insertion", [_BOTH, _BOTH.on_conflict_do_nothing(), _BOTH.returning(table.c.a)])
def test_many_rows_are_inserted_together(insertion: Insert) -> None:
    one, three = Statement(insertion, "a", "b"), Statement(insertion, "a", "b", rows=3)
    assert three.sqlite.sql == one.sqlite.sql.replace("(?, ?)", "(?, ?), (?, ?), (?, ?)")
    groups = (f"(${2 * row + 1}::INTEGER, ${2 * row + 2}::INTEGER)" for row in range(3))
    assert three.postgresql.sql == one.postgresql.sql.replace("($1::INTEGER, $2::INTEGER)", ", ".join(groups))


def test_rows_together_are_an_insertion_in_the_drivers_order() -> None:
    with pytest.raises(ValueError, match="order"):
        _ = Statement(_BOTH, "b", "a", rows=2).sqlite
    with pytest.raises(ValueError, match="insertion"):
        _ = Statement(update(table).values(a=bindparam("a")), "a", rows=2).sqlite


@pytest.mark.parametrize("order", [(), ("x", "y"), ("y",)])
def test_an_order_that_does_not_fit_is_refused(order: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="parameters"):
        _ = Statement(select(table).where(table.c.a == bindparam("x")), *order).sqlite
