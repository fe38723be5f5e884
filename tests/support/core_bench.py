"""The simulated core host on a free port, a connector on real HTTP in front of it, and a little data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from host_bench import HostBench
from leaping_clock import LeapingClock

from tellerline.adapters.clock import SeededRandomness
from tellerline.connectors.discovery import connect, discover
from tellerline.connectors.host import LateReply
from tellerline.connectors.transports import Endpoint
from tellerline.routing.model import accounts, cash, customers, settlement, transfers
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Echo
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import HostState, Result
from tellerline.simulators.core.host import CoreHost
from tellerline.simulators.core.messages import CoreRequest
from tellerline.simulators.core.register import AccountKind, CoreAccount, Customer
from tellerline.simulators.core.server import CoreServer
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.ledger import Ledger

PAYER, PAYEE, CARD, LOST = "6222000000000001", "6222000000000002", "6222000000000003", "6222000000000004"
DOCUMENT = "110101199003070013"
PIN = "135246"
CASHED = "TX0000000000CASH01"
"""A withdrawal of 100.00 from ``CARD`` at terminal ATM00001 that is done from the start."""


def furnish(host: CoreHost) -> None:
    """One customer with four accounts, two of them with money, one with a loss report's worth of history."""
    host.branch.open_customer(Customer(number="C1", name="王芳 <&>", identity_document=DOCUMENT))
    for number in (PAYER, PAYEE, CARD, LOST):
        account = CoreAccount(
            number=number,
            kind=AccountKind.CARD,
            product="借记卡",
            currency="CNY",
            owner="C1",
            opened_on="2020-01-02",
            pin=PIN,
        )
        host.branch.open_account(account)
        host.branch.post(number, 100_000_00, kind="CASH_DEPOSIT", narrative="开户存款")
    fields = {"account": CARD, "terminal": "ATM00001", "amount/currency": "CNY", "amount/value": "100.00"}
    assert host.handle(CoreRequest(operation="WithdrawCash", reference=CASHED, fields=fields)).done


def a_transfer(amount: int = 12_34, account: str = PAYER) -> transfers.CreateTransfer:
    return transfers.CreateTransfer(
        debit_account=account,
        credit_account=PAYEE,
        amount=Money(amount, "CNY"),
        kind=transfers.TransferKind.OWN_ACCOUNTS,
        narrative="房租 & <rent>",
    )


def a_debit(amount: int = 12_34) -> settlement.DebitAccount:
    return settlement.DebitAccount(
        account=PAYER,
        amount=Money(amount, "CNY"),
        purpose=settlement.SettlementPurpose.SECURITIES,
        counterparty="ZQ0000000001",
        narrative="银证转账",
    )


def a_credit(amount: int = 12_34) -> settlement.CreditAccount:
    return settlement.CreditAccount(
        account=PAYER,
        amount=Money(amount, "CNY"),
        purpose=settlement.SettlementPurpose.SECURITIES,
        name="王芳 <&>",
        counterparty="ZQ0000000001",
        narrative="证银转账",
    )


A_REMITTANCE = transfers.CreateRemittance(
    debit_account=PAYER,
    credit_bank="102100099996",
    credit_account="6229990000000000027",
    credit_name="李娜",
    amount=Money(12_34, "CNY"),
    purpose="货款 & <goods>",
    urgent=True,
)


EXAMPLES: dict[str, tuple[Command, type[Result]]] = {
    example.operation: (example, result)
    for example, result in (
        (Echo(), HostState),
        (accounts.DescribeAccount(account=PAYER), accounts.AccountDescription),
        (accounts.GetBalance(account=PAYER), accounts.Balance),
        (
            accounts.ListStatementEntries(account=PAYER, from_date="2020-01-01", to_date="2099-12-31"),
            accounts.Statement,
        ),
        (accounts.ReportLoss(account=LOST, kind=accounts.AccountKind.CARD), accounts.LossReport),
        (accounts.GetLossReport(account=LOST), accounts.LossReport),
        (a_transfer(), transfers.Transferred),
        (A_REMITTANCE, transfers.Remitted),
        (cash.WithdrawCash(account=PAYER, amount=Money(200_00, "CNY"), terminal="ATM00001"), cash.Withdrawn),
        (
            cash.ReturnCash(account=CARD, amount=Money(30_00, "CNY"), terminal="ATM00001", original_reference=CASHED),
            cash.CashReturned,
        ),
        (a_debit(), settlement.Booked),
        (a_credit(), settlement.Booked),
        (customers.VerifyPin(account=PAYER, pin=PIN), customers.PinVerified),
        (customers.ChangePin(account=CARD, old_pin=PIN, new_pin="864209"), customers.PinChanged),
        (customers.DescribeCustomer(identity_document=DOCUMENT), customers.CustomerDescription),
    )
}


def booked(host: CoreHost, reference: str) -> int:
    """How often a transfer of this reference stands in the payer's books, reversals taken off."""
    handled = host.references.find(reference)
    if handled is None or handled.transaction is None:
        return 0
    entries = host.ledger.account(PAYER).entries
    times = sum(1 for entry in entries if entry.transaction is handled.transaction)
    return times - 1 if handled.reversed else times


@asynccontextmanager
async def core_bench() -> AsyncIterator[tuple[HostBench, CoreServer]]:
    clock = LeapingClock()
    bank = CoreHost(Ledger(), BankCalendar(clock))
    furnish(bank)
    server = CoreServer(bank, FaultEngine(SeededRandomness(1)), clock)
    await server.start()
    folders = [folder for folder in discover() if folder.manifest.name == "core"]
    (host,) = connect(folders, {"core": Endpoint(url=server.url)}, clock)
    late: list[LateReply] = []
    await host.start(late.append)
    bench = HostBench(
        host=host,
        faults=server.faults,
        clock=clock,
        leaping=clock,
        examples=EXAMPLES,
        refused=(a_transfer(amount=999_999_999_00), Code.INSUFFICIENT_FUNDS),
        change=a_transfer(),
        change_on_wire="Transfer",
        effect=lambda reference: booked(bank, reference),
        unsolicited=False,
        late=late,
    )
    try:
        yield bench, server
    finally:
        await host.close()
        await server.close()
