"""The simulated credit host at its queue, a connector on a transport of either kind, and a little data."""

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
from tellerline.routing.model import credit
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Echo
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import HostState, Result
from tellerline.simulators.credit.host import CreditHost
from tellerline.simulators.credit.loans import Loan
from tellerline.simulators.credit.schedule import RepaymentMethod
from tellerline.simulators.credit.server import REQUEST_QUEUE, CreditServer
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.ledger import Ledger, Leg
from tellerline.simulators.queues import memory_queues, rabbitmq_queues

LOAN, ACCOUNT, BORROWER = "L2026000001", "6222000000000001", "欧阳娜娜"


def furnish(host: CreditHost) -> None:
    """One loan of three years, and money on the account that it is repaid from."""
    host.ledger.open(ACCOUNT, "CNY")
    vault = host.ledger.internal("VAULT-CNY", "CNY")
    host.ledger.post(
        (Leg(ACCOUNT, 500_000_00, vault.number), Leg(vault.number, -500_000_00, ACCOUNT)),
        serial="V1",
        booking_date="2026-01-05",
        booked_at="2026-01-05T09:00:00+08:00",
        kind="CASH_DEPOSIT",
        forced=True,
    )
    host.grant(
        Loan(
            number=LOAN,
            account=ACCOUNT,
            borrower_name=BORROWER,
            currency="CNY",
            principal=300_000_00,
            rate_ppm=43_500,
            method=RepaymentMethod.EQUAL_INSTALMENTS,
            granted_on="2026-01-05",
            instalments=36,
        )
    )


def a_repayment(amount: int = 12_34) -> credit.RepayLoan:
    return credit.RepayLoan(loan=LOAN, account=ACCOUNT, amount=Money(amount, "CNY"))


EXAMPLES: dict[str, tuple[Command, type[Result]]] = {
    example.operation: (example, result)
    for example, result in (
        (Echo(), HostState),
        (credit.GetLoan(loan=LOAN, account=ACCOUNT), credit.Loan),
        (credit.ListInstalments(loan=LOAN, account=ACCOUNT), credit.Instalments),
        (a_repayment(), credit.LoanRepaid),
    )
}


def booked(host: CreditHost, reference: str) -> int:
    """How often a repayment of this reference stands in the borrower's books, reversals taken off."""
    handled = host.references.find(reference)
    if handled is None or handled.transaction is None:
        return 0
    entries = host.ledger.account(ACCOUNT).entries
    times = sum(1 for entry in entries if entry.transaction is handled.transaction)
    return times - 1 if handled.reversed else times


@asynccontextmanager
async def credit_bench(amqp: str = "") -> AsyncIterator[tuple[HostBench, CreditServer]]:
    """On RabbitMQ at ``amqp``, on a broker in the process if that is empty."""
    clock = LeapingClock()
    broker = None if amqp else MemoryBroker(clock)
    bank = CreditHost(Ledger(), BankCalendar(clock), lambda _: "")
    furnish(bank)
    if amqp:
        await _forget_queues(amqp)
    queues = memory_queues(broker) if broker else rabbitmq_queues(amqp, clock)
    server = CreditServer(bank, FaultEngine(SeededRandomness(1)), clock, queues)
    await server.start()
    folders = [folder for folder in discover() if folder.manifest.name == "credit"]
    (host,) = connect(folders, {"credit": Endpoint(url=amqp, broker=broker)}, clock)
    late: list[LateReply] = []
    await host.start(late.append)
    bench = HostBench(
        host=host,
        faults=server.faults,
        clock=clock,
        leaping=clock,
        examples=EXAMPLES,
        refused=(a_repayment(amount=999_999_999_00), Code.REPAYMENT_EXCEEDS_DEBT),
        change=a_repayment(),
        change_on_wire="RepayLoan",
        effect=lambda reference: booked(bank, reference),
        unsolicited=True,
        late=late,
    )
    try:
        yield bench, server
    finally:
        await host.close()
        await server.close()


async def _forget_queues(amqp: str) -> None:
    """The host's queue has one name for all; what another test left there is none of this one's business."""
    link = await Link.open(amqp, lambda: None)
    channel = await link.channel()
    await link.call(channel.queue_delete, REQUEST_QUEUE)
    await link.close()
