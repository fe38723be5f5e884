"""What a search reads: on both databases, each filter that finds few rows finds them by an index, not through time."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from journal_rows import NOON
from journal_stores import fresh_schema

from tellerline.adapters.store.statements import Compiled, Row, Statement, Steps, Values
from tellerline.gateway.journal import closed_hosts, enquirers, pin_changes
from tellerline.gateway.journal.migrations import MIGRATIONS
from tellerline.gateway.journal.records import FINAL_STATES, Search, State
from tellerline.gateway.journal.rows import micros
from tellerline.gateway.journal.searching import search

OPEN = tuple(state for state in State if state not in FINAL_STATES)
CASES: list[tuple[Search, set[str]]] = [
    (Search(), {"transactions_by_time"}),
    (Search(accepted_from=NOON, operation="fx.CreateOrder"), {"transactions_by_time"}),
    (Search(channel_serial="C7"), {"transactions_by_channel_serial", "transactions_enquiries_by_serial"}),
    (
        Search(channel="ivr", channel_serial="C7"),
        {"transactions_by_channel_serial", "transactions_enquiries_by_serial"},
    ),
    (Search(host_serial="H7", states=(State.DONE,)), {"transactions_by_host_serial"}),
    (Search(customer="U7", operation="fx.CreateOrder"), {"transactions_by_customer"}),
    (Search(account="A7", operation="fx.CreateOrder"), {"transactions_by_account"}),
    (Search(call="main-7"), {"transactions_by_call"}),
    (Search(call="main-7", states=(State.DONE,), accepted_from=NOON), {"transactions_by_call"}),
    (Search(states=(State.PENDING,)), {"transactions_due"}),
    (Search(states=(State.PENDING,), accepted_from=NOON, accepted_before=NOON), {"transactions_due"}),
    (Search(states=(State.MANUAL,)), {"transactions_uncommon"}),
    (Search(states=(State.REJECTED, State.NOT_SENT), host="core"), {"transactions_uncommon"}),
    (Search(states=(State.MANUAL,), operation="fx.CreateOrder"), {"transactions_uncommon"}),
    (Search(states=OPEN), {"transactions_due", "transactions_uncommon"}),
    (Search(states=OPEN, accepted_before=NOON, after="G7"), {"transactions_due", "transactions_uncommon"}),
]
# Rows as a journal has them: most are done, every hundredth or so is not.
FILL = """
INSERT INTO transactions (global_serial, channel, channel_serial, payload_hash, operation, effect, host, customer,
    account, currency, limit_day, state, accepted_at, due_at, owner, command, outcome, host_serial, accounting_date,
    code, agent, call, terminal, branch, trace, reserved)
SELECT 'G' || n, 'ivr', 'C' || n, '', CASE n % 7 WHEN 0 THEN 'fx.CreateOrder' ELSE 'accounts.GetBalance' END,
    CASE n % 3 WHEN 0 THEN 'MONEY' ELSE 'ENQUIRY' END, 'core', 'U' || n % 2000, 'A' || n % 3000, 'CNY', '',
    CASE n % 97 WHEN 0 THEN 'MANUAL' WHEN 1 THEN 'REJECTED' WHEN 2 THEN 'PENDING' ELSE 'DONE' END,
    1772424000000000 + n * 1000, 1772424000000000 + n * 1000, '', '', '',
    CASE n % 3 WHEN 0 THEN 'H' || n ELSE '' END, '', '', '', CASE n % 5 WHEN 0 THEN 'main-' || n % 3000 ELSE '' END,
    '', '', '', 0
FROM rows
"""


def asked(steps: Steps[list[Row]], wanted: Search, compiled: Callable[[Statement], Compiled]) -> tuple[str, Values]:
    """A search's first statement with its values; the row that a later page continues behind was accepted at noon."""
    statement, values = next(steps)
    if wanted.after:
        statement, values = steps.send([[micros(NOON) if n == 13 else "" for n in range(28)]])
    ready = compiled(statement)
    return ready.sql, ready.arrange(values) if ready.arrange else values


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    MIGRATIONS.upgrade_sqlite(connection)
    yield connection
    connection.close()


@pytest.mark.parametrize(("wanted", "indexes"), CASES)
def test_sqlite_finds_what_is_rare_by_its_index(sqlite: sqlite3.Connection, wanted: Search, indexes: set[str]) -> None:
    sql, values = asked(enquirers.search(wanted), wanted, lambda statement: statement.sqlite)
    assert set(read_by_sqlite(sqlite, sql, values)) == indexes


def read_by_sqlite(sqlite: sqlite3.Connection, sql: str, values: Values) -> list[str]:
    """The indexes that transactions are read by, or the words that stand there instead."""
    plan = [row[-1] for row in sqlite.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    return [step.partition("INDEX ")[2].split()[0] for step in plan if " transactions" in step]


def test_sqlite_finds_enquiries_about_an_account_by_who_made_them(sqlite: sqlite3.Connection) -> None:
    steps = enquirers.search(Search(account="A7", states=(State.DONE,), accepted_from=NOON))
    next(steps)
    whose, account = steps.send([])
    [how] = sqlite.execute(f"EXPLAIN QUERY PLAN {whose.sqlite.sql}", account)
    assert how[-1] == "SEARCH enquirers USING PRIMARY KEY (account=?)"
    statement, values = steps.send([("U7",)])
    ready = statement.sqlite
    assert read_by_sqlite(sqlite, ready.sql, ready.arrange(values) if ready.arrange else values) == [
        "transactions_by_customer"
    ]


def test_sqlite_passes_over_other_accounts_enquiries_without_reading_their_rows(sqlite: sqlite3.Connection) -> None:
    steps = enquirers.search(Search(account="A7", operation="accounts.GetBalance"))
    next(steps)
    steps.send([])
    statement, values = steps.send([("U7",)])
    ready = statement.sqlite
    program = sqlite.execute(f"EXPLAIN {ready.sql}", ready.arrange(values) if ready.arrange else values).fetchall()
    named = "SELECT name, rootpage FROM sqlite_master WHERE name LIKE 'transactions%'"
    pages = {page: name for name, page in sqlite.execute(named)}
    opened = {cursor: pages.get(page) for _, what, cursor, page, *_ in program if what == "OpenRead"}
    [walk] = [number for number, what, *_ in program if what == "DeferredSeek"]
    compared = [step[1:4] for step in program[walk + 1 : walk + 5]]
    assert [(what, opened.get(cursor)) for what, cursor, _ in compared if what == "Column"] == [
        ("Column", "transactions_by_customer"),  # the account, and no further unless it is the one
        ("Column", "transactions"),
    ]
    assert compared[1][0] == "Ne"


def test_sqlite_finds_what_closes_an_account_by_the_account(sqlite: sqlite3.Connection) -> None:
    ready = closed_hosts.RECALL.sqlite
    values = ("accounts.GetBalance", "A7", "accounts.ReportLoss")
    assert read_by_sqlite(sqlite, ready.sql, ready.arrange(values) if ready.arrange else values) == [
        "transactions_by_account"
    ]


def test_sqlite_finds_changes_of_pins_among_their_like(sqlite: sqlite3.Connection) -> None:
    ready = pin_changes.CHANGES.sqlite
    values = ("A7", 20)
    values = ready.arrange(values) if ready.arrange else values
    plan = [row[-1] for row in sqlite.execute(f"EXPLAIN QUERY PLAN {ready.sql}", values)]
    assert plan == ["SEARCH transactions USING INDEX transactions_pin_changes (account=?)"]


async def filled(connection: Any, schema: str) -> None:
    """Enough rows for the statistics to mean something."""
    await connection.execute(f"CREATE SCHEMA {schema}")
    await connection.execute(MIGRATIONS.script("postgresql", None))
    await connection.execute(f"WITH rows AS (SELECT generate_series(1, 20000) AS n) {FILL}")
    await connection.execute("ANALYZE transactions")


async def test_postgresql_finds_what_is_rare_by_its_index(postgresql_dsn: str) -> None:
    schema = fresh_schema()
    connection: Any = await asyncpg.connect(postgresql_dsn, server_settings={"search_path": schema})
    await filled(connection, schema)
    for wanted, indexes in CASES:
        sql, values = asked(search(wanted), wanted, lambda statement: statement.postgresql)
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {sql}", *values))
        read = re.findall(r"(?:using|Bitmap Index Scan on|Seq Scan on) (\w+)", plan)
        assert set(read) == indexes, f"{wanted}\n{plan}"
    await connection.close()


async def test_postgresql_finds_changes_of_pins_among_their_like(postgresql_dsn: str) -> None:
    schema = fresh_schema()
    connection: Any = await asyncpg.connect(postgresql_dsn, server_settings={"search_path": schema})
    await filled(connection, schema)
    await connection.execute("UPDATE transactions SET account = 'A7'")
    await connection.execute("ANALYZE transactions")
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    await connection.execute(f"PREPARE changes (text, bigint) AS {pin_changes.CHANGES.postgresql.sql}")
    plan = "\n".join(row[0] for row in await connection.fetch("EXPLAIN EXECUTE changes ('A7', 20)"))
    assert re.findall(r"(?:using|Bitmap Index Scan on|Seq Scan on) (\w+)", plan) == ["transactions_pin_changes"], plan
    await connection.close()
