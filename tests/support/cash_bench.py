"""A core host's real simulator and connector behind one gateway, and terminals that withdraw cash there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from gateway_world import CUSTOMER, START, World, as_it_is, make_world, registered
from google.protobuf.message import Message
from google.type.money_pb2 import Money as ProtoMoney
from intercepted import Around, Intercepted
from wired_host import Faults, WiredHost, wired

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.api.cash.v1 import cash_pb2 as pb
from tellerline.api.common.v1.context_pb2 import CHANNEL_COUNTER, RequestContext
from tellerline.gateway.hosts.policy import HostPolicy
from tellerline.gateway.journal.records import Customer, Record
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code
from tellerline.simulators.core.host import CoreHost
from tellerline.simulators.core.register import AccountKind, CoreAccount
from tellerline.simulators.core.register import Customer as HostCustomer
from tellerline.simulators.core.server import CoreServer
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.ledger import Ledger

OPENING = 100_000_00
TERMINAL = "ATM00001"
_numbers = count(1)


def account(place: int) -> str:
    """The number of the customer's account with the sequence number ``place``."""
    return f"62220000000000{place:02}"


@dataclass
class CashBench:
    """The host's books with its connector in front; gateways come and go."""

    clock: VirtualClock
    books: CoreHost
    host: WiredHost
    policy: HostPolicy
    accounts: int

    def balance(self, place: int = 1) -> int:
        return self.books.ledger.account(account(place)).balance

    def till(self, terminal: str = TERMINAL) -> int:
        """What the host thinks that the terminal has given out."""
        number = f"CASH-{terminal}-CNY"
        return self.books.ledger.account(number).balance if number in self.books.ledger else 0

    def counted(self, place: int = 1) -> int:
        """Against the day's figure for cash."""
        return self.books.cash.withdrawn(account(place), self.books.calendar.accounting_date())

    def asked(self) -> list[str]:
        """The operations that reached the wire, in order."""
        return [command.operation for command, _ in self.host.received]

    def strike(self, faults: Faults) -> None:
        self.host.fault_of = faults

    def world(self, folder: Path, *, around: Around = as_it_is, **how: Any) -> World:
        host: Any = Intercepted(self.host, around, label="core.")
        return make_world(folder, host=host, clock=self.clock, policy=self.policy, around=around, **how)


def make_bench(accounts: int = 1) -> CashBench:
    """At noon; every account with 100,000.00."""
    clock = VirtualClock(START)
    books = CoreHost(Ledger(), BankCalendar(clock))
    books.branch.open_customer(HostCustomer(number="H1", name="王芳", identity_document="ID1"))
    for place in range(1, accounts + 1):
        books.branch.open_account(
            CoreAccount(
                number=account(place),
                kind=AccountKind.CARD,
                product="借记卡",
                currency="CNY",
                owner="H1",
                opened_on="2020-01-02",
                pin="135790",
            )
        )
        books.branch.post(account(place), OPENING, kind="CASH_DEPOSIT")
    host, policy = wired("core", CoreServer(books, FaultEngine(SeededRandomness(1)), clock), clock)
    return CashBench(clock, books, host, policy, accounts)


def cny(minor: int) -> ProtoMoney:
    return ProtoMoney(currency_code="CNY", units=minor // 100, nanos=minor % 100 * 10_000_000)


def fen(amount: ProtoMoney) -> int:
    return int(amount.units * 100 + amount.nanos // 10_000_000)


@dataclass
class Terminal:
    """One terminal at a counter, which needs no grant."""

    bench: CashBench
    world: World
    name: str = TERMINAL

    def context(self, serial: str = "", **fields: Any) -> RequestContext:
        usual = {
            "channel": CHANNEL_COUNTER,
            "channel_serial": serial or f"{self.name}-{next(_numbers):06}",
            "terminal": self.name,
        }
        return RequestContext(**{**usual, **fields})

    async def send(self, request: Message, seconds: float = 10.0) -> pb.Withdrawal:
        """The clock is somebody else's to move."""
        name = type(request).__name__.removesuffix("Request")
        (service,) = [each for each in self.world.gateway.services if each.full_name.endswith(".CashService")]
        (method,) = [each for each in service.methods if each.name == name]
        assert method.unary is not None
        reply = await method.unary(request, self.world.call(seconds))
        assert isinstance(reply, pb.Withdrawal)
        return reply

    async def ask(self, request: Message, seconds: float = 10.0) -> pb.Withdrawal:
        return await self.world.run(self.send(request, seconds))

    async def end(self, request: Message, seconds: float = 10.0) -> pb.Withdrawal | Code:
        """How it ends, refusals by their code; the clock is somebody else's to move."""
        try:
            return await self.send(request, seconds)
        except RefusalError as refusal:
            return refusal.code

    async def ends(self, *requests: Message, seconds: float = 10.0) -> list[pb.Withdrawal | Code]:
        """All of them at the same time."""

        async def together() -> list[pb.Withdrawal | Code]:
            return await asyncio.gather(*(self.end(request, seconds) for request in requests))

        return await self.world.run(together())

    async def refused(self, request: Message) -> Code:
        (end,) = await self.ends(request)
        assert isinstance(end, Code), end
        return end

    def withdrawal(self, serial: str, minor: int = 500_00, place: int = 1) -> pb.WithdrawCashRequest:
        name = f"customers/{CUSTOMER}/accounts/{place}"
        return pb.WithdrawCashRequest(context=self.context(serial), name=name, amount=cny(minor))

    def confirmation(self, original: str, minor: int = 500_00, serial: str = "") -> pb.ConfirmWithdrawalRequest:
        context = self.context(serial)
        return pb.ConfirmWithdrawalRequest(
            context=context, original_channel_serial=original, dispensed_amount=cny(minor)
        )

    def reversal(
        self, original: str, minor: int | None = None, serial: str = "", *, of: int | None = None
    ) -> pb.ReverseWithdrawalRequest:
        """``of`` is what the terminal takes the withdrawal to have been."""
        return pb.ReverseWithdrawalRequest(
            context=self.context(serial),
            original_channel_serial=original,
            amount=None if minor is None else cny(minor),
            original_amount=None if of is None else cny(of),
        )

    async def look(self, original: str) -> pb.Withdrawal:
        return await self.ask(pb.GetWithdrawalRequest(context=self.context(), original_channel_serial=original))

    async def record(self, serial: str) -> Record:
        found = await self.world.store.journal.find("COUNTER", serial)
        assert found is not None
        return found


async def start(bench: CashBench, world: World) -> Terminal:
    """Start the gateway, with the customer's accounts registered."""

    async def begin() -> None:
        await world.gateway.start()
        registry = world.store.registry
        person = Customer(number=CUSTOMER, name="王芳", identity_document="ID1", tier="STANDARD", registered_at=START)
        if await registry.add_customer(person):
            for place in range(1, bench.accounts + 1):
                await registry.add_account(registered(account(place)))

    await world.run(begin())
    return Terminal(bench, world)


@asynccontextmanager
async def terminal(folder: Path, bench: CashBench | None = None, **how: Any) -> AsyncIterator[Terminal]:
    """A terminal before a started gateway."""
    bench = bench or make_bench()
    world = bench.world(folder, **how)
    try:
        yield await start(bench, world)
    finally:
        await world.run(world.gateway.close())
        world.close_log()
