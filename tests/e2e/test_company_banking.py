"""Company banking over gRPC: two people for an order, a fee for a remittance, wages paid once and line by line."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import grpc.aio
import pytest

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.cli.system.embedded import Books, EmbeddedSystem, start_embedded
from tellerline.gateway.client import CanonicalError, Client
from tellerline.gateway.settings import GatewaySettings
from tellerline.routing.model.codes import Code
from tellerline.simulators.corporate.population import MAGIC_COMPANY, PIN, company_account, credit_code, payroll_account
from tellerline.simulators.faults import FaultKind
from tellerline.simulators.population import MAGIC_ACCOUNTS

Json = dict[str, Any]
SERVICE = "corporate.v1.CorporateService"
COMPANY = "7000000001"
MAKER, CHECKER = (f"customers/{COMPANY}/representatives/{number}" for number in ("1001", "1002"))
MAGIC_MAKER = f"customers/{MAGIC_COMPANY}/representatives/1001"
LINES = 20


def cny(units: int) -> Json:
    return {"currency_code": "CNY", "units": str(units)}


@dataclass
class Branch:
    """A company, registered, and its two people, each with a grant of online banking.

    ``accounts`` are the names of the first account of each keeper and, by its number, of every one.
    """

    system: EmbeddedSystem
    client: Client
    accounts: dict[str, str] = field(default_factory=dict)
    grants: dict[str, str] = field(default_factory=dict)
    _serials: count[int] = field(default_factory=count)

    async def open(self, company: str, code: str) -> None:
        context = {"channel": "CHANNEL_COUNTER", "channel_serial": "R"}
        asked = {"context": context, "company_number": company, "credit_code": code}
        registered = (await self.client.call(f"{SERVICE}/RegisterCompany", asked))["accounts"]
        self.accounts = {each["keeper"]: each["name"] for each in reversed(registered)}
        filed = self.system.bank.host("corporate").host.register.accounts_of(company)  # type: ignore[attr-defined]
        self.accounts |= {own.number: each["name"] for own, each in zip(filed, registered, strict=True)}
        for who in (f"customers/{company}/representatives/{number}" for number in ("1001", "1002")):
            verified = await self.call("VerifyRepresentative", who, pin=PIN)
            self.grants[who] = verified["token"]

    async def call(self, method: str, who: str, *, grant_of: str = "", **fields: Any) -> Json:
        """As ``who``, with the grant of ``grant_of`` or the own one."""
        serial = f"C{next(self._serials)}"
        context = {"channel": "CHANNEL_ONLINE_BANKING", "channel_serial": serial, "customer": who.partition("/repr")[0]}
        context["grant"] = self.grants.get(grant_of or who, "")
        return await self.client.call(f"{SERVICE}/{method}", {"context": context, "representative": who, **fields})

    async def refusal(self, method: str, who: str, **how: Any) -> str:
        with pytest.raises(CanonicalError) as refused:
            await self.call(method, who, **how)
        return refused.value.code

    async def order(self) -> str:
        """Made by the maker; its name."""
        payee = self.system.bank.host("corporate").host.register.companies.get("7000000002")  # type: ignore[attr-defined]
        asked = {"credit_account": company_account(20), "credit_display_name": payee.name, "amount": cny(500)}
        made = await self.call(
            "CreateTransferOrder", MAKER, account=self.accounts["KEEPER_CORPORATE"], transfer_order=asked
        )
        assert made["state"] == "STATE_PENDING"
        return str(made["name"])

    def balance(self, number: str) -> int:
        return self.system.bank.host("corporate").ledger.account(number).balance


@asynccontextmanager
async def branch(folder: Path, company: str = COMPANY, code: str = credit_code(1)) -> AsyncIterator[Branch]:
    """The magic company comes with the faults of its accounts."""
    settings = GatewaySettings.model_validate({"store": {"path": folder / "journal.db"}})
    log = os.open(folder / "gateway.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    books = Books(customers=LINES + 1, magic=company == MAGIC_COMPANY)
    system = await start_embedded(
        settings, books, clock=SystemClock(), randomness=SeededRandomness(1), log_descriptor=log
    )
    try:
        async with grpc.aio.insecure_channel(system.node.target) as channel:
            opened = Branch(system, Client(channel, timeout=60, language="en"))
            await opened.open(company, code)
            yield opened
    finally:
        await system.stop()
        os.close(log)


async def test_an_order_needs_its_second_person(tmp_path: Path) -> None:
    async with branch(tmp_path) as bank:
        order = await bank.order()
        payer, payee = bank.balance(company_account(10)), bank.balance(company_account(20))
        own = await bank.refusal("ApproveTransferOrder", MAKER, name=order)
        borrowed = await bank.refusal("ApproveTransferOrder", CHECKER, name=order, grant_of=MAKER)
        assert (own, borrowed) == (Code.SECOND_PERSON_REQUIRED, Code.GRANT_NOT_SUFFICIENT)
        assert bank.balance(company_account(10)) == payer
        approved = await bank.call("ApproveTransferOrder", CHECKER, name=order)
        assert (approved["state"], approved["maker"], approved["checker"]) == ("STATE_BOOKED", "1001", "1002")
        assert await bank.refusal("ApproveTransferOrder", CHECKER, name=order) == Code.REJECTED_BY_HOST
        assert bank.balance(company_account(10)) == payer - 500_00
        assert bank.balance(company_account(20)) == payee + 500_00


async def test_a_remittance_has_its_fee(tmp_path: Path) -> None:
    async with branch(tmp_path) as bank:
        before = bank.balance(company_account(10))
        payee = {"credit_bank": "102999000018", "credit_account": "6222000000000001", "credit_display_name": "远方公司"}
        account = bank.accounts["KEEPER_CORPORATE"]
        remitted = await bank.call("CreateRemittance", MAKER, account=account, amount=cny(20_000), **payee)
        fee = int(remitted["fee_amount"]["units"]) * 100 + remitted["fee_amount"]["nanos"] // 10_000_000
        assert fee > 0
        assert bank.balance(company_account(10)) == before - 20_000_00 - fee


async def test_wages_are_paid_line_by_line_and_once(tmp_path: Path) -> None:
    async with branch(tmp_path) as bank:
        assert bank.system.population is not None
        people = bank.system.population.people[:LINES]
        lines = [
            {"number": number, "account_number": each.card, "display_name": each.customer.name, "amount": cny(10)}
            for number, each in enumerate(people, 1)
        ]
        lines[6]["account_number"] = "6222999999999999"
        core, wages = bank.system.bank.core.ledger, "99040000000000000001"
        before = core.account(wages).balance
        filed = await bank.call("SubmitPayroll", MAKER, account=bank.accounts["KEEPER_CORE"], lines=lines)
        run = await bank.call("RunPayroll", MAKER, name=filed["name"])
        assert {line["number"]: line["code"] for line in run["lines"] if line["code"]} == {7: Code.ACCOUNT_NOT_FOUND}
        assert (run["paid_amount"]["units"], run["returned_amount"]["units"]) == ("190", "10")
        assert await bank.refusal("RunPayroll", CHECKER, name=filed["name"]) == Code.PAYROLL_ALREADY_RUN
        assert core.account(wages).balance == before - 190_00
        found = await bank.call("GetPayroll", MAKER, name=filed["name"])
        states = [line["state"] for line in found["line_results"]]
        assert found["payroll"]["state"] == "STATE_PAID"
        assert (states.count("STATE_PAID"), states[6]) == (LINES - 1, "STATE_RETURNED")
        assert found["line_results"][6]["code"] == Code.ACCOUNT_NOT_FOUND


async def test_a_remittance_from_a_magic_account_meets_its_fault(tmp_path: Path) -> None:
    async with branch(tmp_path, MAGIC_COMPANY, credit_code(99_999_999)) as bank:
        payee = {"credit_bank": "102999000018", "credit_account": "6222000000000001", "credit_display_name": "远方公司"}
        refusing = bank.accounts[company_account(999_999_909)]
        asked = {"account": refusing, "amount": cny(10), **payee}
        assert await bank.refusal("CreateRemittance", MAGIC_MAKER, **asked) == Code.REJECTED_BY_HOST
        assert bank.balance(company_account(999_999_909)) == 100_000_00


async def test_the_magic_companys_wages_meet_faults_on_the_debit_and_on_a_line(tmp_path: Path) -> None:
    async with branch(tmp_path, MAGIC_COMPANY, credit_code(99_999_999)) as bank:
        assert bank.system.population is not None
        payee = bank.system.population.people[0]
        refusing = next(magic.number for magic in MAGIC_ACCOUNTS if magic.fault is FaultKind.REFUSE)
        lines = [
            {"number": 1, "account_number": payee.card, "display_name": payee.customer.name, "amount": cny(10)},
            {"number": 2, "account_number": refusing, "display_name": "任何人", "amount": cny(20)},
        ]
        account = {kind: payroll_account(999_999_900 + kind) for kind in (0, 9, 90, 91)}
        filed = {
            kind: await bank.call("SubmitPayroll", MAGIC_MAKER, account=bank.accounts[number], lines=lines)
            for kind, number in account.items()
        }
        run = await bank.call("RunPayroll", MAGIC_MAKER, name=filed[0]["name"])
        refused = {
            kind: await bank.refusal("RunPayroll", MAGIC_MAKER, name=filed[kind]["name"]) for kind in (9, 90, 91)
        }
        balances = {kind: bank.system.bank.core.ledger.account(number).balance for kind, number in account.items()}
    assert [each["code"] for each in run["lines"]] == ["", Code.REJECTED_BY_HOST]
    assert refused == {9: Code.REJECTED_BY_HOST, 90: Code.INSUFFICIENT_FUNDS, 91: Code.ACCOUNT_FROZEN}
    funds = 20_000_000_00
    assert balances == {0: funds - 10_00, 9: funds, 90: 1, 91: funds}
