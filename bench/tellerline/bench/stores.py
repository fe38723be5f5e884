"""What an accepted and settled transfer costs in the store: ``python -m tellerline.bench.stores``.

Prints, per store, the process's CPU microseconds per pair (accept, then settle; fronts and hosts left out), the pairs
per second and the latency of a pair; ``nothing`` is the load without a store. PostgreSQL is a private server of its
own, durable as in production; its CPU is not in the figure.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import resource
import statistics
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import uvloop

from tellerline.adapters.clock import SystemClock
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.journal.records import Acceptance, Accepted, Settlement, State
from tellerline.gateway.journal.sqlite import SqliteStore
from tellerline.routing.model.command import Effect
from tellerline.routing.model.money import Money
from tellerline.simulators.servers.postgresql import PostgresqlServer

_NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
_PENDING = frozenset({State.PENDING})
_AMOUNT = Money(10_000, "CNY")
_numbers = itertools.count()


def transfer() -> Acceptance:
    """A transfer that counts against the limits of an account of its own, with the sizes of a real one."""
    number = f"{next(_numbers):012}"
    return Acceptance(
        global_serial=f"20260302{number}",
        channel="ivr",
        channel_serial=f"IVR-20260302-{number}",
        payload_hash=b"\x17" * 32,
        operation="transfers.CreateTransfer",
        effect=Effect.MONEY,
        host="core",
        customer=f"C{number}",
        account=f"6217{number}",
        amount=_AMOUNT,
        limited=_AMOUNT,
        limit_day="2026-03-02",
        accepted_at=_NOW,
        due_at=_NOW + timedelta(seconds=30),
        owner="gateway-1",
        command=b"c" * 240,
        call="call-1",
        trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


class Nothing:
    """A journal that forgets: what is left is the cost of the load itself, to be taken off the others."""

    def __init__(self) -> None:
        self.journal = self.registry = self.grants = cast(Any, self)
        self.cases = self.routing = self.differences = self.closed_hosts = self.legs = cast(Any, self)
        self.follow_ups = self.tables = self.interactions = self.dossiers = self.access_trail = cast(Any, self)

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def accept(self, acceptance: Acceptance) -> Accepted:
        return Accepted()

    async def settle(self, settlement: Settlement, expected: frozenset[State]) -> State:
        return State.PENDING


async def pair(store: Store) -> None:
    """One transfer accepted and settled."""
    row = transfer()
    if await store.journal.accept(row) != Accepted():
        raise AssertionError("refused")
    done = Settlement(
        global_serial=row.global_serial,
        state=State.DONE,
        at=_NOW + timedelta(seconds=1),
        outcome=b"o" * 180,
        host_serial=f"H{row.global_serial}",
        accounting_date="2026-03-02",
    )
    if await store.journal.settle(done, _PENDING) is None:
        raise AssertionError("not settled")


async def load(store: Store, pairs: int, concurrency: int) -> dict[str, float]:
    """Figures of one round."""
    clock = SystemClock()
    latencies: list[float] = []
    left = itertools.repeat(None, pairs)

    async def worker() -> None:
        for _ in left:
            began = clock.monotonic()
            await pair(store)
            latencies.append(clock.monotonic() - began)

    gc.collect()
    cpu, began = _cpu(), clock.monotonic()
    await asyncio.gather(*(worker() for _ in range(concurrency)))
    cpu, elapsed = _cpu() - cpu, clock.monotonic() - began
    latencies.sort()
    return {
        "cpu_us": cpu / pairs * 1e6,
        "per_s": pairs / elapsed,
        "p50_ms": latencies[pairs // 2] * 1e3,
        "p99_ms": latencies[pairs * 99 // 100] * 1e3,
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def rounds(store: Store, options: argparse.Namespace) -> dict[str, float]:
    """Medians over all rounds, after one that warms up."""
    await store.start()
    await load(store, 1000, options.concurrency)
    results = [await load(store, options.pairs, options.concurrency) for _ in range(options.rounds)]
    await store.close()
    return {name: round(statistics.median(result[name] for result in results), 2) for name in results[0]}


def measure(name: str, options: argparse.Namespace) -> dict[str, float]:
    """Figures of the store called ``name``, on a fresh database."""
    if name == "nothing":
        return uvloop.run(rounds(Nothing(), options))
    if name == "sqlite":
        with tempfile.TemporaryDirectory(dir=options.directory) as directory:
            return uvloop.run(rounds(SqliteStore(Path(directory) / "journal.db", SystemClock()), options))
    with PostgresqlServer() as server:
        return uvloop.run(rounds(PostgresqlStore(server.dsn, SystemClock()), options))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tellerline.bench.stores", description=__doc__)
    parser.add_argument(
        "stores", nargs="*", default=["nothing", "sqlite", "postgresql"], help="nothing, sqlite, postgresql"
    )
    parser.add_argument("--pairs", type=int, default=10_000, help="transfers per round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=50)
    parser.add_argument("--directory", help="where the SQLite file lies meanwhile")
    options = parser.parse_args()
    for name in options.stores:
        sys.stdout.write(json.dumps({"store": name, **measure(name, options)}) + "\n")


if __name__ == "__main__":
    main()
