"""The simulated billing host at its queue, a connector on a transport of either kind, and a little data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from host_bench import HostBench
from leaping_clock import LeapingClock

from tellerline.adapters.clock import SeededRandomness
from tellerline.adapters.mq.memory import MemoryBroker
from tellerline.adapters.mq.rabbitmq.link import Link
from tellerline.connectors.discovery import connect, discover
from tellerline.connectors.host import LateReply
from tellerline.connectors.transports import Endpoint
from tellerline.routing.model import billing
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Echo
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import HostState, Result
from tellerline.simulators.billing.agencies import AGENCIES
from tellerline.simulators.billing.bills import Bill
from tellerline.simulators.billing.host import BillingHost
from tellerline.simulators.billing.simulator import BillingServer
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.copybook import Row
from tellerline.simulators.ledger import Ledger
from tellerline.simulators.queues import memory_queues, rabbitmq_queues
from tellerline.simulators.records.reply import Reply

SUBSCRIBER, ACCOUNT, SUBSCRIBER_NAME = "55000000001", "6222000000000001", "欧阳娜娜"
BILL, AMOUNT = "202601", 123_45
KIND = billing.BillerKind.ELECTRICITY


class ForgivingHost(BillingHost):
    """Sends the same bill anew as soon as it is paid, so that a suite may pay it any number of times."""

    def __init__(self, ledger: Ledger, calendar: BankCalendar) -> None:
        super().__init__(ledger, calendar)
        self.bills.open(KIND.value, SUBSCRIBER)
        self.bills.put(a_bill())

    def handle(self, message_type: str, reference: str, row: Row) -> Reply:
        reply = super().handle(message_type, reference, row)
        self.bills.put(a_bill())
        return reply


def a_bill(**changes: object) -> Bill:
    fields: dict[str, object] = {
        "number": BILL,
        "kind": KIND.value,
        "subscriber": SUBSCRIBER,
        "subscriber_name": SUBSCRIBER_NAME,
        "period": "2026-01",
        "amount": AMOUNT,
        "due_on": "2099-02-20",
    }
    return Bill(**(fields | changes))  # type: ignore[arg-type]


def a_payment(amount: int = AMOUNT, bill: str = BILL) -> billing.NotifyPayment:
    money = Money(amount, "CNY")
    return billing.NotifyPayment(kind=KIND, subscriber=SUBSCRIBER, bill=bill, account=ACCOUNT, amount=money)


EXAMPLES: dict[str, tuple[Command, type[Result]]] = {
    example.operation: (example, result)
    for example, result in (
        (Echo(), HostState),
        (billing.ListBills(kind=KIND, subscriber=SUBSCRIBER), billing.Bills),
        (billing.GetBill(kind=KIND, subscriber=SUBSCRIBER, bill=BILL), billing.Bill),
        (a_payment(), billing.PaymentNotified),
    )
}


def booked(host: BillingHost, reference: str) -> int:
    """How often a payment of this reference stands in the agency's books, reversals taken off."""
    entries = host.ledger.account(AGENCIES[KIND.value].account).entries
    return sum(1 if entry.amount > 0 else -1 for entry in entries if entry.transaction.reference == reference)


@asynccontextmanager
async def billing_bench(amqp: str = "") -> AsyncIterator[HostBench]:
    """On RabbitMQ at ``amqp``, on a broker in the process if that is empty."""
    clock = LeapingClock()
    broker = None if amqp else MemoryBroker(clock)
    bank = ForgivingHost(Ledger(), BankCalendar(clock))
    if amqp:
        await _forget_queue(amqp)
    queues = memory_queues(broker) if broker else rabbitmq_queues(amqp, clock)
    server = BillingServer(bank, FaultEngine(SeededRandomness(1)), clock, queues)
    await server.start()
    folders = [folder for folder in discover() if folder.manifest.name == "billing"]
    (host,) = connect(folders, {"billing": Endpoint(url=amqp, broker=broker)}, clock)
    late: list[LateReply] = []
    await host.start(late.append)
    try:
        yield HostBench(
            host=host,
            faults=server.faults,
            clock=clock,
            leaping=clock,
            examples=EXAMPLES,
            refused=(a_payment(bill="209912"), Code.BILL_NOT_FOUND),
            change=a_payment(),
            change_on_wire="NotifyPayment",
            effect=lambda reference: booked(bank, reference),
            unsolicited=True,
            late=late,
        )
    finally:
        await host.close()
        await server.close()


async def _forget_queue(amqp: str) -> None:
    """The host's queue has one name for all; what another test left there is none of this one's business."""
    link = await Link.open(amqp, lambda: None)
    channel = await link.channel()
    await link.call(channel.queue_delete, BillingServer.queue)
    await link.close()
