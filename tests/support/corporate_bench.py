"""The simulated corporate front-end on a free port, a connector on real, signed HTTP before it, and one company."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from host_bench import HostBench
from leaping_clock import LeapingClock

from tellerline.adapters.clock import Clock, SeededRandomness
from tellerline.adapters.soap.credentials import MessageSecurity
from tellerline.connectors.discovery import connect, discover
from tellerline.connectors.host import LateReply
from tellerline.connectors.transports import Endpoint
from tellerline.routing.model import accounts
from tellerline.routing.model import corporate as model
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Echo
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import HostState, Result
from tellerline.simulators.corporate.host import CorporateHost
from tellerline.simulators.corporate.population import PIN, credit_code
from tellerline.simulators.corporate.register import (
    Company,
    CompanyAccount,
    CompanyLoan,
    Keeper,
    Order,
    Payroll,
    PayrollLine,
    PayrollState,
    Representative,
)
from tellerline.simulators.corporate.server import CorporateServer
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.ledger import Ledger, Leg

COMPANY, MAKER, CHECKER = "7000000001", "1001", "1002"
PAYER, DOLLARS, UNREGISTERED, WAGES = "99030000000000000010", "99030000000000000012", "99030000000000000018", "9904001"
STRANGER, PAYEE, PAYEE_NAME = "7000000002", "99030000000000000020", "锦川食品有限公司"
WHO: dict[str, Any] = {"company": COMPANY, "representative": MAKER}
NAME = "云岭机电有限公司"
PERIOD: dict[str, Any] = {"from_date": "2020-01-01", "to_date": "2099-12-31"}


def yuan(minor: int) -> Money:
    return Money(minor, "CNY")


def furnish(host: CorporateHost) -> None:
    """Two companies with two representatives each; the first has money, a loan, orders A, B, G that wait, a payroll DF1
    and a payroll DF2 that is claimed."""
    register = host.register
    for number, name, serial in ((COMPANY, NAME, 1), (STRANGER, PAYEE_NAME, 2)):
        register.companies.put(number, Company(number=number, name=name, credit_code=credit_code(serial)))
        for who in (MAKER, CHECKER):
            representative = Representative(company=number, number=who, name="赵", pin=PIN)
            register.representatives.put((number, who), representative)
    own = CompanyAccount(number=PAYER, company=COMPANY, name=NAME, currency="CNY")
    open_account(host, own, 10_000_000_00)
    open_account(host, replace(own, number=DOLLARS, currency="USD"), 5_000_00)
    open_account(host, replace(own, number=UNREGISTERED, registered=False), 1_00)
    open_account(host, replace(own, number=PAYEE, company=STRANGER, name=PAYEE_NAME), 1_00)
    wages = CompanyAccount(number=WAGES, company=COMPANY, name=NAME, currency="CNY", kept_at=Keeper.CORE)
    register.accounts.put(WAGES, wages)
    loan = CompanyLoan(
        number="DQ1", company=COMPANY, currency="CNY", principal=360_000_00, rate_ppm=100_000, granted_on="2025-12-01"
    )
    register.loans.put("DQ1", loan)
    for number in ("A", "B", "G"):
        put_order(host, number)
    filed = a_filed_payroll(host)
    register.payrolls.put("DF1", filed)
    register.payrolls.put("DF2", replace(filed, number="DF2", state=PayrollState.RUNNING, claim="C2"))


def open_account(host: CorporateHost, account: CompanyAccount, balance: int) -> None:
    host.register.accounts.put(account.number, account)
    host.ledger.open(account.number, account.currency)
    bank = host.ledger.internal(f"BANK-{account.currency}", account.currency).number
    host.ledger.post(
        (Leg(account.number, balance), Leg(bank, -balance)),
        serial=f"E{account.number}",
        booking_date="2025-01-01",
        booked_at="2025-01-01T12:00:00+08:00",
        kind="TRANSFER_IN",
    )


def put_order(host: CorporateHost, number: str, maker: str = MAKER, amount: int = 50_000_00) -> None:
    order = Order(
        number=number,
        company=COMPANY,
        debit_account=PAYER,
        credit_account=PAYEE,
        credit_bank="",
        credit_name=PAYEE_NAME,
        currency="CNY",
        amount=amount,
        narrative="货款",
        maker=maker,
        created_at=host.calendar.instant(),
    )
    host.register.orders.put(number, order)


def a_filed_payroll(host: CorporateHost) -> Payroll:
    line = PayrollLine(
        number=1, account="6229990000000000017", name="员工", currency="CNY", amount=5_000_00, code="0000"
    )
    return Payroll(
        number="DF1", company=COMPANY, account=WAGES, currency="CNY", lines=(line,), submitted_at=host.calendar.now()
    )


def a_remittance(minor: int = 1_000_00) -> model.CreateRemittance:
    return model.CreateRemittance(
        **WHO,
        account=PAYER,
        credit_bank="102999000018",
        credit_account="9905000000000000001",
        credit_name="望海物流有限公司",
        amount=yuan(minor),
        purpose="运费",
    )


def an_order(minor: int = 50_000_00, **changes: str) -> model.CreateTransferOrder:
    fields = {
        **WHO,
        "account": PAYER,
        "credit_account": PAYEE,
        "credit_name": PAYEE_NAME,
        "narrative": "货款",
        **changes,
    }
    return model.CreateTransferOrder(amount=yuan(minor), **fields)


def a_payroll(lines: int = 3) -> model.SubmitPayroll:
    listed = tuple(
        model.PayrollLine(number=n, account=f"6229990000000{n:06d}", name=f"员工{n}", amount=yuan(5_000_00 + n))
        for n in range(1, lines + 1)
    )
    return model.SubmitPayroll(**WHO, account=WAGES, lines=listed)


def examples() -> dict[str, tuple[Command, type[Result]]]:
    checking: dict[str, Any] = {"company": COMPANY, "representative": CHECKER, "account": PAYER}
    on = {**WHO, "account": PAYER}
    wages = {**WHO, "account": WAGES}
    paid = model.PaidLine(number=1, code="")
    return {
        command.operation: (command, expected)
        for command, expected in (
            (Echo(), HostState),
            (model.DescribeCompany(company=COMPANY, credit_code=credit_code(1)), model.CompanyDescription),
            (model.VerifyRepresentative(**WHO, pin=PIN), model.RepresentativeVerified),
            (model.GetBalances(**WHO), model.CompanyBalances),
            (model.ListStatementEntries(**on, **PERIOD), accounts.Statement),
            (a_remittance(), model.Remitted),
            (model.ListIncomingRemittances(**on, **PERIOD), model.Remittances),
            (model.ListOutgoingRemittances(**on, **PERIOD), model.Remittances),
            (an_order(), model.TransferOrder),
            (model.GetTransferOrder(**on, order="G"), model.TransferOrder),
            (model.ApproveTransferOrder(**checking, order="A"), model.TransferOrder),
            (model.RejectTransferOrder(**checking, order="B", reason="金额有误"), model.TransferOrder),
            (model.ApplyForDraft(**on, payee_name="望海物流有限公司", amount=yuan(20_000_00)), model.DraftIssued),
            (model.RepayLoan(**on, loan="DQ1", amount=yuan(100_000_00)), model.CompanyLoanRepaid),
            (a_payroll(), model.Payroll),
            (model.GetPayroll(**wages, payroll="DF1"), model.PayrollLines),
            (model.ClaimPayroll(**wages, payroll="DF1", claim="C1"), model.PayrollClaimed),
            (model.ReportPayroll(**wages, payroll="DF2", claim="C2", lines=(paid,)), model.Payroll),
        )
    }


def booked(host: CorporateHost, reference: str) -> int:
    """How often a remittance of this reference stands in the payer's books, reversals taken off."""
    handled = host.references.find(reference)
    if handled is None or handled.transaction is None:
        return 0
    debit = handled.transaction.legs[0].amount
    entries = host.ledger.account(PAYER).entries
    times = sum(1 for entry in entries if entry.transaction is handled.transaction and entry.amount == debit)
    return times - 1 if handled.reversed else times


def security_of(server: CorporateServer) -> MessageSecurity:
    """A gateway's, in development."""
    keys = server.keys
    return MessageSecurity(
        signing_key=keys.client_key,
        signing_certificate=keys.client_certificate,
        trusted_certificates=keys.host_certificate,
    )


def corporate_server(clock: Clock) -> CorporateServer:
    """Furnished, not started."""
    host = CorporateHost(Ledger(), BankCalendar(clock))
    furnish(host)
    chance = SeededRandomness(1)
    return CorporateServer(host, FaultEngine(chance), clock, chance)


@asynccontextmanager
async def corporate_bench() -> AsyncIterator[tuple[HostBench, CorporateServer]]:
    clock = LeapingClock()
    server = corporate_server(clock)
    await server.start()
    folders = [folder for folder in discover() if folder.manifest.name == "corporate"]
    endpoint = Endpoint(url=server.url, security=security_of(server))
    (host,) = connect(folders, {"corporate": endpoint}, clock)
    late: list[LateReply] = []
    await host.start(late.append)
    bench = HostBench(
        host=host,
        faults=server.faults,
        clock=clock,
        leaping=clock,
        examples=examples(),
        refused=(a_remittance(999_999_999_00), Code.INSUFFICIENT_FUNDS),
        change=a_remittance(),
        change_on_wire="CreateRemittance",
        effect=lambda reference: booked(server.host, reference),
        unsolicited=False,
        late=late,
    )
    try:
        yield bench, server
    finally:
        await host.close()
        await server.close()
