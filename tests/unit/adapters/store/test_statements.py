"""Statements: the same values in the same order, whatever the dialect."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, select, update

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


@pytest.mark.parametrize("order", [(), ("x", "y"), ("y",)])
def test_an_order_that_does_not_fit_is_refused(order: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="parameters"):
        _ = Statement(select(table).where(table.c.a == bindparam("x")), *order).sqlite
