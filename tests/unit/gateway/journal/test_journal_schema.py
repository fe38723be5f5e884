"""The schema: migrations and tables say the same, scripts are what the migrations render, every statement compiles."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from journal_rows import NOON, enquiry
from sqlalchemy import create_engine

from tellerline.adapters.store.errors import StoreError
from tellerline.adapters.store.migrations import DialectName, Migrations
from tellerline.adapters.store.sqlite import drive
from tellerline.adapters.store.statements import Statement
from tellerline.gateway.journal import (
    access_trail,
    columns,
    dating,
    differences,
    dossier_steps,
    doubts,
    enquirers,
    interactions,
    legs,
    limits,
    migrations,
    pin_changes,
    proofs,
    registrations,
    routing_changes,
    table_versions,
    transactions,
)
from tellerline.gateway.journal.migrations import MIGRATIONS
from tellerline.gateway.journal.records import Search
from tellerline.gateway.journal.rows import record_values

MODULES = (
    access_trail,
    dating,
    differences,
    dossier_steps,
    doubts,
    enquirers,
    interactions,
    legs,
    limits,
    pin_changes,
    proofs,
    registrations,
    routing_changes,
    table_versions,
    transactions,
)


def statements() -> Iterator[tuple[str, Statement]]:
    for module in MODULES:
        for name, each in vars(module).items():
            if isinstance(each, Statement):
                yield f"{module.__name__}.{name}", each
    for rows, together in transactions.APPEND_TOGETHER:
        yield f"of {rows} rows", together


@pytest.mark.parametrize(("name", "statement"), list(statements()))
def test_every_statement_compiles_for_both_databases(name: str, statement: Statement) -> None:
    assert statement.sqlite.sql
    assert statement.postgresql.sql


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_scripts_are_what_the_migrations_render(dialect: DialectName) -> None:
    assert MIGRATIONS.script(dialect, None) == MIGRATIONS.render(dialect, None)


def test_the_migrations_lead_to_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    connection = sqlite3.connect(path, isolation_level=None)
    MIGRATIONS.upgrade_sqlite(connection)
    connection.close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connected:
        assert compare_metadata(MigrationContext.configure(connected), columns.metadata) == []
    engine.dispose()


def begin_at(connection: sqlite3.Connection, revision: str) -> None:
    """An empty journal as an earlier version made it."""
    connection.executescript(Migrations(Path(migrations.__file__).parent, head=revision).render("sqlite", None))
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(revision,)]


def test_the_first_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    begin_at(connection, "0001")
    MIGRATIONS.upgrade_sqlite(connection)
    indexes = [name for _, name, *_ in connection.execute("PRAGMA index_list(transactions)")]
    connection.close()
    assert "transactions_state_changes" in indexes


def test_who_enquired_before_the_upgrade_is_known_after_it(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    begin_at(connection, "0016")
    asked = [enquiry(customer="C1", account="A1"), enquiry(customer="C2", account="A1"), enquiry(account="")]
    asked += [enquiry(customer="C1", account="A1"), enquiry(customer="", account="A1")]
    for each in asked:
        connection.execute(transactions.APPEND.sqlite.sql, record_values(each))
    MIGRATIONS.upgrade_sqlite(connection)
    assert sorted(connection.execute("SELECT account, customer FROM enquirers")) == [("A1", "C1"), ("A1", "C2")]
    connection.execute(transactions.APPEND.sqlite.sql, record_values(enquiry(customer="C3", account="A1")))
    found = drive(connection, enquirers.search, Search(account="A1"))
    connection.close()
    assert {row[0] for row in found} >= {each.global_serial for each in asked if each.account}
    assert [row[7] for row in found].count("C3") == 1


def test_enquiries_before_the_index_named_accounts_are_found_as_after_it(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    begin_at(connection, "0017")
    add = transactions.APPEND.sqlite.sql
    asked = [enquiry(customer="C1", account=f"A{n % 3}", accepted_at=NOON + timedelta(seconds=n)) for n in range(9)]
    connection.executemany(add, map(record_values, asked[:6]))
    MIGRATIONS.upgrade_sqlite(connection)
    columns_of = "SELECT name FROM pragma_index_info('transactions_by_customer')"
    assert [name for (name,) in connection.execute(columns_of)] == ["customer", "accepted_at", "account"]
    connection.executemany(add, map(record_values, asked[6:]))
    for wanted in (Search(account="A1"), Search(account="A1", customer="C1")):
        found = drive(connection, enquirers.search, wanted)
        assert [row[0] for row in found] == [asked[n].global_serial for n in (7, 4, 1)]
    connection.close()


def query_plan(folder: Path, statement: Statement, values: tuple[object, ...]) -> list[str]:
    connection = sqlite3.connect(folder / "journal.db", isolation_level=None)
    MIGRATIONS.upgrade_sqlite(connection)
    compiled = statement.sqlite
    arranged = values if compiled.arrange is None else compiled.arrange(values)
    plan = [row[-1] for row in connection.execute("EXPLAIN QUERY PLAN " + compiled.sql, arranged)]
    connection.close()
    return plan


def test_unfinished_rows_are_read_from_their_own_index(tmp_path: Path) -> None:
    first, *_ = query_plan(tmp_path, transactions.UNFINISHED, ("an operation", "", 9))
    assert "transactions_state_changes" in first


@pytest.mark.parametrize(
    ("statement", "values", "index"),
    [
        (dating.DATED, ("core", "2026-03-02", "", "Z", 9), "transactions_by_accounting_date"),
        (dating.UNDATED, ("core", "", "Z", 9), "transactions_undated"),
        (dating.NEWEST_UNTIL, ("core", "2026-03-02"), "transactions_by_accounting_date"),
        (dating.OLDEST_AFTER, ("core", "2026-03-02"), "transactions_by_accounting_date"),
    ],
)
def test_days_are_read_in_the_order_of_their_indexes(
    tmp_path: Path, statement: Statement, values: tuple[object, ...], index: str
) -> None:
    first, *more = query_plan(tmp_path, statement, values)
    assert index in first
    assert not any("TEMP B-TREE" in step for step in more)


def test_an_up_to_date_schema_is_left_alone_and_a_newer_one_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    MIGRATIONS.upgrade_sqlite(connection)
    MIGRATIONS.upgrade_sqlite(connection)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="9999 is not known"):
        MIGRATIONS.upgrade_sqlite(connection)
    connection.close()
