"""The tickets' schema: migrations and tables say the same, every statement compiles, what is due has its index."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from tellerline.adapters.store.migrations import DialectName
from tellerline.adapters.store.statements import Statement
from tellerline.callcenter.tickets import schema, statements
from tellerline.callcenter.tickets.migrations import MIGRATIONS

EVERY = {name: each for name, each in vars(statements).items() if isinstance(each, Statement)}


@pytest.mark.parametrize("name", EVERY)
def test_every_statement_compiles_for_both_databases(name: str) -> None:
    assert EVERY[name].sqlite.sql
    assert EVERY[name].postgresql.sql


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_scripts_are_what_the_migrations_render(dialect: DialectName) -> None:
    assert MIGRATIONS.script(dialect, None) == MIGRATIONS.render(dialect, None)


def test_the_migrations_lead_to_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "tickets.db"
    connection = sqlite3.connect(path, isolation_level=None)
    MIGRATIONS.upgrade_sqlite(connection)
    connection.close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connected:
        assert compare_metadata(MigrationContext.configure(connected), schema.metadata) == []
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "values", "index"),
    [
        (statements.DUE, (1, 0, "", 9), "tickets_due"),
        (statements.NEXT, (), "tickets_due"),
        (statements.DOUBTFUL, ("", 9), "tickets_in_doubt"),
    ],
)
def test_what_is_due_is_found_by_its_index(
    statement: Statement, values: tuple[object, ...], index: str, tmp_path: Path
) -> None:
    connection = sqlite3.connect(tmp_path / "tickets.db", isolation_level=None)
    MIGRATIONS.upgrade_sqlite(connection)
    compiled = statement.sqlite
    arranged = values if compiled.arrange is None else compiled.arrange(values)
    (*_, plan), *_ = connection.execute("EXPLAIN QUERY PLAN " + compiled.sql, arranged)
    connection.close()
    assert index in plan
