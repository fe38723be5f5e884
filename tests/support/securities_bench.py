"""The simulated securities host at its queue on a morning of trading, a connector on a transport of either kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from host_bench import HostBench
from leaping_clock import LeapingClock

from tellerline.adapters.clock import Clock, ScaledClock, SeededRandomness
from tellerline.adapters.mq.memory import MemoryBroker, MemoryListener
from tellerline.adapters.mq.rabbitmq import RabbitListener
from tellerline.adapters.mq.rabbitmq.link import Link
from tellerline.connectors.discovery import connect, discover
from tellerline.connectors.host import LateReply
from tellerline.connectors.transports import Endpoint
from tellerline.routing.model import securities
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Echo
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import HostState, Result
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.calendar import BANK_ZONE, BankCalendar
from tellerline.simulators.hosting.host import Queues
from tellerline.simulators.ledger import Ledger, Leg
from tellerline.simulators.securities.accounts import SecuritiesAccount
from tellerline.simulators.securities.allotments import Allotment
from tellerline.simulators.securities.host import SecuritiesHost
from tellerline.simulators.securities.server import SecuritiesServer

MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=BANK_ZONE)
ACCOUNT, NUMBER, HOLDER = "6222000000000001", "ZQ800000000100", "欧阳娜娜"
CODE, NAME, CLOSE = "600951", "临江银行", 5_86
YESTERDAY = "2026-03-01"


def furnish(host: SecuritiesHost, bank_account: str = ACCOUNT, number: str = NUMBER) -> SecuritiesAccount:
    """An account with 100,000.00 and 1,037 shares, and allotment numbers."""
    account = SecuritiesAccount(number=number, bank_account=bank_account, holder_name=HOLDER)
    host.register.open(account)
    enter(host.ledger, number, host.ledger.internal("OPENING-CNY", "CNY").number, 100_000_00)
    market = host.shares.internal(f"MARKET/{CODE}", CODE).number
    enter(host.shares, host.register.position(number, CODE).number, market, 1_037)
    host.allotments.add(
        number,
        Allotment(
            code="688992",
            name="青岚光电",
            first_number="100000000001",
            count=7,
            subscribed_on="2026-02-26",
            drawn_on="2026-03-02",
            won=1,
        ),
    )
    return account


def enter(ledger: Ledger, account: str, other: str, amount: int) -> None:
    ledger.post(
        (Leg(account, amount, other), Leg(other, -amount, account)),
        serial="O1",
        booking_date=YESTERDAY,
        booked_at=f"{YESTERDAY}T15:30:00+08:00",
        kind="OPENING",
    )


def a_deposit(amount: int = 12_34) -> securities.DepositFunds:
    return securities.DepositFunds(account=ACCOUNT, amount=Money(amount, "CNY"))


def an_order(
    *, side: securities.Side = securities.Side.BUY, price: int = 5_40, quantity: int = 100
) -> securities.PlaceOrder:
    """Far below the market unless it says otherwise: it rests."""
    return securities.PlaceOrder(
        account=ACCOUNT, security=CODE, side=side, price=Money(price, "CNY"), quantity=quantity
    )


def examples(resting: str) -> dict[str, tuple[Command, type[Result]]]:
    """``resting`` is the number of an order that can be cancelled."""
    rows: tuple[tuple[Command, type[Result]], ...] = (
        (Echo(), HostState),
        (securities.GetQuote(security=CODE), securities.Quote),
        (securities.ListQuotes(), securities.Quotes),
        (securities.ListHoldings(account=ACCOUNT), securities.Holdings),
        (securities.GetFundsBalance(account=ACCOUNT), securities.FundsBalance),
        (an_order(), securities.Order),
        (securities.CancelOrder(account=ACCOUNT, order=resting), securities.Order),
        (securities.GetOrder(account=ACCOUNT, order=resting), securities.Order),
        (securities.ListOrders(account=ACCOUNT), securities.Orders),
        (securities.ListTrades(account=ACCOUNT), securities.Trades),
        (securities.ListAllotmentNumbers(account=ACCOUNT), securities.Allotments),
        (a_deposit(), securities.FundsBooked),
        (securities.WithdrawFunds(account=ACCOUNT, amount=Money(1, "CNY")), securities.FundsBooked),
    )
    return {command.operation: (command, result) for command, result in rows}


def booked(host: SecuritiesHost, reference: str) -> int:
    """How often a deposit of this reference stands in the books, reversals taken off."""
    handled = host.references.find(reference)
    if handled is None or handled.transaction is None:
        return 0
    entries = host.ledger.account(NUMBER).entries
    times = sum(1 for entry in entries if entry.transaction is handled.transaction)
    return times - 1 if handled.reversed else times


def placed(host: SecuritiesHost, reference: str) -> int:
    """1 for an order of this reference that is still open, else 0."""
    handled = host.references.find(reference)
    return int(handled is not None and handled.done and host.desk.orders.get(handled.reply.host_serial).left > 0)


@asynccontextmanager
async def securities_bench(amqp: str = "", *, orders: bool = False) -> AsyncIterator[HostBench]:
    """On RabbitMQ at ``amqp``, on a broker in the process if that is empty. The change is a deposit, or an order."""
    leaping = LeapingClock()
    clock = ScaledClock(MORNING, 1.0, leaping)
    broker = None if amqp else MemoryBroker(clock)
    bank = SecuritiesHost(BankCalendar(clock))
    furnish(bank)
    if amqp:
        await _forget_queues(amqp)
    server = SecuritiesServer(bank, FaultEngine(SeededRandomness(1)), clock, _queues(amqp, broker, clock))
    await server.start()
    folders = [folder for folder in discover() if folder.manifest.name == "securities"]
    (host,) = connect(folders, {"securities": Endpoint(url=amqp, broker=broker)}, clock)
    late: list[LateReply] = []
    await host.start(late.append)
    withdrawal = securities.WithdrawFunds(account=ACCOUNT, amount=Money(10**12, "CNY"))
    bench = HostBench(
        host=host,
        faults=server.faults,
        clock=clock,
        leaping=leaping,
        examples={},
        refused=(an_order(quantity=100_000) if orders else withdrawal, Code.INSUFFICIENT_FUNDS),
        change=an_order() if orders else a_deposit(),
        change_on_wire="PlaceOrder" if orders else "Deposit",
        effect=lambda reference: (placed if orders else booked)(bank, reference),
        unsolicited=True,
        late=late,
    )
    resting = (await bench.ask(an_order())).outcome
    bench.examples = examples(getattr(resting, "host_serial", ""))
    try:
        yield bench
    finally:
        await host.close()
        await server.close()


def _queues(amqp: str, broker: MemoryBroker | None, clock: Clock) -> Queues:
    if broker is None:
        return lambda queue: RabbitListener(amqp, queue, clock)
    return lambda queue: MemoryListener(broker, queue)


async def _forget_queues(amqp: str) -> None:
    """The host's queue has one name for all; what another test left there is none of this one's business."""
    link = await Link.open(amqp, lambda: None)
    channel = await link.channel()
    await link.call(channel.queue_delete, SecuritiesServer.queue)
    await link.close()
