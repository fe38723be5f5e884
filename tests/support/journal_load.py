"""A process that loads a store until it is killed: ``python journal_load.py sqlite PATH`` or ``postgresql DSN SCHEMA``.

It prints ``accepted SERIAL`` and ``settled SERIAL`` as each is answered.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from journal_rows import PENDING, acceptance, cny, settlement

from tellerline.adapters.clock import SystemClock
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.journal.records import Accepted
from tellerline.gateway.journal.sqlite import SqliteStore


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def work(store: Store) -> None:
    while True:
        row = acceptance(limited=cny(1))
        row = replace(row, account=f"A{row.global_serial}")
        if await store.journal.accept(row) != Accepted():
            raise AssertionError("refused")
        say(f"accepted {row.global_serial}")
        if await store.journal.settle(settlement(row.global_serial), PENDING) is None:
            raise AssertionError("not settled")
        say(f"settled {row.global_serial}")


async def main(kind: str, where: str, schema: str = "") -> None:
    clock = SystemClock()
    store: Store = SqliteStore(Path(where), clock) if kind == "sqlite" else PostgresqlStore(where, clock, schema=schema)
    await store.start()
    await asyncio.gather(*(work(store) for _ in range(20)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
