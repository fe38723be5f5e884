"""A whole gateway on a virtual clock: real pipeline, real SQLite store, a host with a ledger."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from intercepted import STORE_PARTS, Around, Intercepted
from ledger_host import LedgerHost

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.telemetry import LogWriter, Metrics, make_log
from tellerline.gateway.assembly import Gateway, Surroundings, build_gateway
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.hosts.policy import HostBinding, HostPolicy, ReadDay
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import Limits, Record, RegisteredAccount
from tellerline.gateway.journal.sqlite import SqliteStore
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import Request, Settled
from tellerline.gateway.settings import GatewaySettings
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command
from tellerline.routing.model.money import Money
from tellerline.routing.model.transfers import CreateTransfer, TransferKind

ResultT = TypeVar("ResultT")
START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ACCOUNT = "6217000012345678"
PAYEE = "6217000087654321"
CUSTOMER = "C1"
PLENTY = Limits(single=10**12, daily=10**13, count=10**6)


async def as_it_is(_name: str, call: Callable[[], Awaitable[Any]]) -> Any:
    return await call()


@dataclass
class Quiet:
    """Counts the store's calls under way, so that virtual time stands still while real disks turn."""

    busy: int = 0

    async def around(self, _name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        self.busy += 1
        try:
            return await call()
        finally:
            self.busy -= 1


@dataclass
class World:
    """One gateway's life. ``run`` lets virtual time pass while it waits."""

    gateway: Gateway
    host: LedgerHost
    clock: VirtualClock
    quiet: Quiet
    store: Store
    log_file: Path
    writer: LogWriter
    descriptor: int
    serials: int = field(default=0)

    def transfer(self, serial: str = "", minor: int = 100, **changes: Any) -> Request:
        """A transfer at the counter, which needs no grant."""
        self.serials += 1
        command = CreateTransfer(
            debit_account=ACCOUNT,
            credit_account=PAYEE,
            amount=Money(minor, "CNY"),
            kind=TransferKind.REGISTERED_PAYEE,
        )
        request = self.request(command, serial or f"S{self.serials:06}")
        return replace(request, **changes)

    def request(self, command: Command, serial: str = "", channel: str = "COUNTER") -> Request:
        self.serials += 1
        serial = serial or f"S{self.serials:06}"
        return Request(channel=channel, channel_serial=serial, command=command, customer=CUSTOMER)

    def call(self, seconds: float = 10.0, **changes: Any) -> CallContext:
        return CallContext(deadline=self.clock.monotonic() + seconds, **changes)

    async def ask(self, request: Request, seconds: float = 10.0) -> Settled:
        """Run one request to its answer."""
        return await self.run(self.gateway.pipeline.run(request, self.call(seconds)))

    async def outcome(self, request: Request, seconds: float = 10.0) -> Settled | Code:
        """How one request ends, refusals by their code; the clock is somebody else's to move."""
        try:
            return await self.gateway.pipeline.run(request, self.call(seconds))
        except RefusalError as refusal:
            return refusal.code

    async def outcomes(self, requests: Iterable[Request], seconds: float = 10.0) -> list[Settled | Code]:
        """All of them at the same time."""

        async def all_of_them() -> list[Settled | Code]:
            return await asyncio.gather(*(self.outcome(request, seconds) for request in requests))

        return await self.run(all_of_them())

    async def record(self, global_serial: str) -> Record:
        found = await self.store.journal.get(global_serial)
        assert found is not None
        return found

    async def run(self, work: Coroutine[Any, Any, ResultT], step: float = 0.25) -> ResultT:
        """Await ``work``, moving the clock whenever nothing but the clock can help."""
        task = asyncio.get_running_loop().create_task(work)
        while not task.done():
            await self.settle()
            if not task.done():
                await self.clock.advance(step)
        return task.result()

    async def pass_time(self, seconds: float, step: float = 0.25) -> None:
        """Let virtual time go by, with everything that happens in it."""
        passed = 0.0
        while passed < seconds:
            await self.settle()
            await self.clock.advance(step)
            passed += step
        await self.settle()

    async def settle(self) -> None:
        """Return when neither the loop nor the store has anything left to do now."""
        calm = 0
        while calm < 3:
            for _ in range(5):
                await asyncio.sleep(0)
            if self.quiet.busy:
                calm = 0
                await asyncio.sleep(0.0002)
            else:
                calm += 1

    async def abandon(self) -> None:
        """What is left after a crash: the database as it was, and nobody who goes on working."""
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.store.close()
        self.close_log()

    def close_log(self) -> None:
        self.writer.close()
        os.close(self.descriptor)

    def logged(self) -> str:
        self.writer.close()
        return self.log_file.read_text("utf-8")


def settings_for(**changes: Any) -> GatewaySettings:
    return GatewaySettings(**{"instance": "gateway", "sweep_seconds": 1.0, **changes})


def make_world(
    folder: Path,
    *,
    host: LedgerHost | None = None,
    clock: VirtualClock | None = None,
    policy: HostPolicy | None = None,
    limits: Limits = PLENTY,
    settings: GatewaySettings | None = None,
    around: Around = as_it_is,
    seed: int | str = 1,
    database: Store | None = None,
    exporter: Any = None,
    beside: Iterable[HostBinding] = (),
    read_day: ReadDay | None = None,
) -> World:
    """A gateway on the database in ``folder``, not started yet; ``around`` is around each call of store and host.

    ``beside`` are more hosts, and versions of ``host``; ``read_day`` reads the calendar of ``host``.
    """
    clock = clock or VirtualClock(START)
    host = host or LedgerHost(clock, balances={ACCOUNT: 1_000_000, PAYEE: 0})
    quiet = Quiet()
    kept = database or SqliteStore(folder / "journal.db", clock, default_limits=limits)
    store = Intercepted(Intercepted(kept, quiet.around, parts=STORE_PARTS), around, parts=STORE_PARTS)
    settings = settings or settings_for()
    log_file = folder / f"{settings.instance}.log"
    descriptor = os.open(log_file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    writer = LogWriter(descriptor)
    surroundings = Surroundings(
        hosts=[
            HostBinding(Intercepted(host, around, label="host."), policy or HostPolicy(), read_day=read_day),
            *beside,
        ],
        store=store,
        clock=clock,
        randomness=SeededRandomness(seed),
        log=make_log(clock, writer),
        metrics=Metrics(),
        exporter=exporter,
    )
    gateway = build_gateway(settings, surroundings)
    return World(gateway, host, clock, quiet, kept, log_file, writer, descriptor)


@asynccontextmanager
async def open_world(folder: Path, **how: Any) -> AsyncIterator[World]:
    """A started gateway; given the same folder, host and clock as an earlier one it is that one's next life."""
    world = make_world(folder, **how)
    await world.run(world.gateway.start())
    try:
        yield world
    finally:
        await world.run(world.gateway.close())
        world.close_log()


def registered(account: str = ACCOUNT, limits: Limits = PLENTY, customer: str = CUSTOMER) -> RegisteredAccount:
    return RegisteredAccount(
        customer=customer,
        sequence=1,
        account=account,
        host="core",
        kind="CARD",
        currency="CNY",
        limits=limits,
        registered_at=START,
    )
