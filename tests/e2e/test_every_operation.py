"""Every operation of every host answers through gRPC: what is asked for is enumerated from contract and manifests."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc.aio
from contract_areas import CALL_CENTRE
from prometheus_client.parser import text_string_to_metric_families
from registration_scenes import counter, representatives
from running_clock import passing

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.cli.system.embedded import Books, EmbeddedSystem, start_embedded
from tellerline.connectors.discovery import discover
from tellerline.gateway.client import Client
from tellerline.gateway.client.contract import Contract
from tellerline.gateway.settings import GatewaySettings
from tellerline.simulators.corporate.population import company_account, credit_code
from tellerline.simulators.population import Person

Json = dict[str, Any]
TRADING = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
"""Half past one in Shanghai, on a Monday."""
PIN, NEW_PIN = "246810", "915264"
RICH = 1_000_000_00
CUSTOMERS = 60
STRANGERS_CARD = "6229990000099999992"
DAYS = {"start_date": {"year": 2026, "month": 1, "day": 1}, "end_date": {"year": 2026, "month": 3, "day": 2}}
GATEWAYS_OWN = "tellerline.api.operations."
BETWEEN_MACHINES = "host."


@dataclass
class Walk:
    """Calls methods one by one, and remembers which have answered."""

    system: EmbeddedSystem
    clock: VirtualClock
    client: Client
    answered: list[str] = field(default_factory=list)

    async def call(self, method: str, /, **fields: Any) -> Json:
        """The reply, which says that it is done if it stands for a transaction; ``agent`` and ``terminal`` go into its
        context."""
        context = {"channel": "CHANNEL_COUNTER", "channel_serial": f"S{len(self.answered):03}"}
        context |= {name: fields.pop(name, "") for name in ("agent", "terminal")}
        reply = await passing(self.clock, self.client.call(method, {"context": context, **fields}))
        transaction = reply.get("transaction")
        assert transaction is None or transaction["state"] == "TRANSACTION_STATE_DONE", (method, reply)
        self.answered.append(method)
        return reply

    def person(self, customer: int) -> Person:
        """Counted from 1."""
        assert self.system.population is not None
        return self.system.population.people[customer - 1]

    @property
    def companies(self) -> Any:
        """The corporate host's register."""
        server: Any = self.system.bank.host("corporate")
        return server.host.register

    def card(self, customer: int) -> str:
        return self.person(customer).card

    def account(self, currency: str, customer: int) -> str:
        """Resource name of a customer's first account in a currency."""
        person = self.person(customer)
        (place, *_) = (place for place, each in enumerate(person.accounts, 1) if each.currency == currency)
        return f"customers/{person.customer.number}/accounts/{place}"

    def holder_of(self, currency: str) -> int:
        customers = range(1, CUSTOMERS + 1)
        return next(
            each for each in customers if currency in {account.currency for account in self.person(each).accounts}
        )


def cny(units: int, nanos: int = 0) -> Json:
    return {"currency_code": "CNY", "units": str(units), "nanos": nanos}


@asynccontextmanager
async def walking(folder: Path) -> AsyncIterator[Walk]:
    clock = VirtualClock(TRADING)
    settings = GatewaySettings.model_validate({"store": {"path": folder / "journal.db"}})
    log = os.open(folder / "gateway.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    books = Books(customers=CUSTOMERS, magic=False)
    system = await start_embedded(settings, books, clock=clock, randomness=SeededRandomness(1), log_descriptor=log)
    for person in system.population.people if system.population else ():
        system.bank.core.host.branch.post(person.card, RICH, kind="CASH_DEPOSIT")
    try:
        async with grpc.aio.insecure_channel(system.node.target) as channel:
            yield Walk(system, clock, Client(channel, timeout=30, language="en"))
    finally:
        await system.stop()
        os.close(log)


async def accounts(walk: Walk) -> None:
    service, account = "accounts.v1.AccountService", walk.account("CNY", 1)
    assert (await walk.call(f"{service}/ListAccounts", parent="customers/8000000001"))["accounts"]
    await walk.call(f"{service}/GetBalance", name=f"{account}/balance")
    await walk.call(f"{service}/ListStatementEntries", parent=account, **DAYS)
    lost = walk.account("CNY", 2)
    await walk.call(f"{service}/ReportLoss", account=lost)
    report = await walk.call(f"{service}/GetLossReport", name=f"{lost}/lossReport")
    assert report["state"] == "STATE_IN_FORCE"


async def customers(walk: Walk) -> None:
    service, core = "customers.v1.CustomerService", walk.system.bank.core.host
    account = walk.account("CNY", 3)
    customer = account.partition("/accounts")[0]
    assert (await walk.call(f"{service}/GetPinKey"))["key_id"]
    grant = await walk.call(f"{service}/VerifyPin", customer=customer, pin=PIN)
    await walk.call(f"{service}/RevokeGrant", token=grant["token"])
    await walk.call(f"{service}/ChangePin", name=account, old_pin=PIN, new_pin=NEW_PIN)
    assert (await walk.call(f"{service}/VerifyPin", customer=customer, pin=NEW_PIN))["token"]
    limits = {"name": f"{account}/limits", "daily_count": 2}
    assert (await walk.call(f"{service}/UpdateLimits", limits=limits))["daily_count"] == 2
    assert (await walk.call(f"{service}/GetLimits", name=f"{account}/limits"))["ceiling_daily_count"] == 3
    known = walk.person(4)
    stranger = replace(known.customer, number="8900000001", identity_document="99990019800101001X")
    core.branch.open_customer(stranger)
    core.branch.open_account(replace(known.accounts[0], number=STRANGERS_CARD, owner=stranger.number))
    document = {"display_name": stranger.name, "identity_document": stranger.identity_document}
    document["mobile_number"] = "+86 110 0000 0099"
    registered = await walk.call(f"{service}/RegisterCustomer", customer=document)
    found = await walk.call(f"{service}/FindCustomersByPhone", phone_number="011000000099")
    assert [each["customer"] for each in found["customer_hints"]] == [registered["name"]]
    changed = {"name": registered["name"], "mobile_number": "11000000098"}
    assert (await walk.call(f"{service}/UpdateCustomer", customer=changed))["masked_mobile_number"] == "110****0098"
    assert (await walk.call(f"{service}/GetCustomer", name=registered["name"]))["display_name"] == stranger.name
    await walk.call(f"{service}/RegisterAccount", parent=registered["name"], account_number=STRANGERS_CARD)


async def transfers(walk: Walk) -> None:
    service, account = "transfers.v1.TransferService", walk.account("CNY", 1)
    payee = {"account_number": walk.card(5)}
    transfer = {"debit_account": account, "registered_payee": payee, "amount": cny(100)}
    made = await walk.call(f"{service}/CreateTransfer", transfer=transfer)
    assert (await walk.call(f"{service}/GetTransfer", name=made["name"]))["name"] == made["name"]
    away = {"bank_code": "102999000018", "account_number": "6222000000000001", "display_name": "王伟"}
    remittance = {"debit_account": account, "payee": away, "amount": cny(200), "purpose": "货款"}
    sent = await walk.call(f"{service}/CreateRemittance", remittance=remittance)
    assert sent["payment_number"]
    assert (await walk.call(f"{service}/GetRemittance", name=sent["name"]))["name"] == sent["name"]


async def cash(walk: Walk) -> None:
    service, account, at = "cash.v1.CashService", walk.account("CNY", 1), "ATM00001"
    words = {"ConfirmWithdrawal": {"dispensed_amount": cny(300)}, "ReverseWithdrawal": {"amount": cny(200)}}
    for said, amount in words.items():
        made = await walk.call(f"{service}/WithdrawCash", terminal=at, name=account, amount=cny(500))
        original = made["transaction"]["ref"]["channel_serial"]
        heard = await walk.call(f"{service}/{said}", terminal=at, original_channel_serial=original, **amount)
        assert heard["dispensed_amount"] == cny(300)
        assert heard["return_transaction"]["state"] == "TRANSACTION_STATE_DONE"
        assert await walk.call(f"{service}/GetWithdrawal", terminal=at, name=made["name"]) == heard


async def credit(walk: Walk) -> None:
    service = "credit.v1.CreditService"
    loans = {loan.account: loan.number for loan in walk.system.bank.credit.host.loans.all()}
    borrower = next(number for number in range(1, CUSTOMERS) if walk.card(number) in loans)
    loan = f"{walk.account('CNY', borrower)}/loans/{loans[walk.card(borrower)]}"
    assert (await walk.call(f"{service}/GetLoan", name=loan))["name"] == loan
    assert (await walk.call(f"{service}/ListInstalments", parent=loan))["instalments"]
    await walk.call(f"{service}/RepayLoan", name=loan, amount=cny(1_000))


async def billing(walk: Walk) -> None:
    service, subscriber = "billing.v1.BillingService", "billers/electricity/subscribers/55000000001"
    bills = (await walk.call(f"{service}/ListBills", parent=subscriber, unpaid_only=True))["bills"]
    due = await walk.call(f"{service}/GetBill", name=bills[0]["name"])
    account = walk.account("CNY", 1)
    await walk.call(f"{service}/PayBill", name=due["name"], account=account, amount=due["due_amount"])
    assert (await walk.call(f"{service}/GetBill", name=due["name"]))["state"] == "STATE_PAID"


async def fx(walk: Walk) -> None:
    """A market deal, an order that rests until it is cancelled, and one that has fired and is settled."""
    service, holder = "fx.v1.FxService", walk.holder_of("USD")
    yuan, dollars = walk.account("CNY", holder), walk.account("USD", holder)
    assert (await walk.call(f"{service}/ListRates"))["rates"]
    rate = await walk.call(f"{service}/GetRate", name="fxRates/CNY-USD")
    quote = await walk.call(f"{service}/CreateQuote", parent=yuan, quote={"sell_amount": cny(1_000)} | bought("USD"))
    made = await walk.call(f"{service}/CreateDeal", credit_account=dollars, **terms(quote))
    assert (await walk.call(f"{service}/GetDeal", name=made["deal"]["name"]))["state"] == "STATE_SETTLED"
    expire = (walk.clock.now() + timedelta(days=30)).isoformat()
    bid = float(rate["bid_rate"]["value"])

    def order(limit: float) -> Json:
        wanted = {"credit_account": dollars, "sell_amount": cny(1_000), "buy_currency_code": "USD"}
        return wanted | {"limit_rate": {"value": f"{limit:.4f}"}, "expire_time": expire}

    resting = (await walk.call(f"{service}/CreateOrder", parent=yuan, order=order(bid * 1.5)))["order"]
    assert resting["state"] == "STATE_OPEN"
    cancelled = await walk.call(f"{service}/CancelOrder", name=resting["name"])
    assert cancelled["order"]["state"] == "STATE_CANCELLED"
    placed = (await walk.call(f"{service}/CreateOrder", parent=yuan, order=order(bid * 0.9)))["order"]
    fired = await walk.call(f"{service}/GetOrder", name=placed["name"])
    assert fired["state"] == "STATE_FILLED"
    deals = (await walk.call(f"{service}/ListDeals", parent=yuan))["deals"]
    (waiting,) = (deal for deal in deals if deal["state"] == "STATE_AWAITING_SETTLEMENT")
    amounts = {name: waiting[name] for name in ("sell_amount", "buy_amount")}
    settled = await walk.call(f"{service}/CreateDeal", quote=fired["fill_quote"], credit_account=dollars, **amounts)
    assert settled["deal"]["name"] == waiting["name"]
    assert len((await walk.call(f"{service}/ListOrders", parent=yuan))["orders"]) == 2


async def information(walk: Walk) -> None:
    service = "information.v1.InformationService"
    for method, part in (
        ("ListDepositRates", "deposit_rates"),
        ("ListLoanRates", "loan_rates"),
        ("ListTreasuryBonds", "treasury_bonds"),
        ("ListFees", "fees"),
    ):
        assert (await walk.call(f"{service}/{method}"))[part], method
    rates = await walk.call(f"{service}/ListExchangeRates")
    assert rates["rate_source"] == "RATE_SOURCE_LIVE"
    branches = (await walk.call(f"{service}/ListBranches"))["branches"]
    await walk.call(f"{service}/GetBranch", name=branches[0]["name"])
    products = (await walk.call(f"{service}/ListProducts"))["products"]
    await walk.call(f"{service}/GetProduct", name=products[0]["name"])
    await calculators(walk)
    await tables(walk)


async def calculators(walk: Walk) -> None:
    service = "information.v1.CalculatorService"
    deposit = {"kind": "DEPOSIT_KIND_TERM", "amount": cny(10_000), "term_months": 12} | {
        "deposit_date": DAYS["start_date"]
    }
    assert (await walk.call(f"{service}/CalculateDepositInterest", **deposit))["interest_amount"] == cny(95)
    loan = {"amount": cny(100_000), "term_months": 12, "method": "REPAYMENT_METHOD_EQUAL_PRINCIPAL"}
    repaid = await walk.call(f"{service}/CalculateLoanRepayment", kind="LOAN_KIND_CONSUMER", **loan)
    assert repaid["instalments"][-1]["balance_amount"] == cny(0)
    converted = await walk.call(f"{service}/ConvertCurrency", amount=cny(1_000), currency_code="USD")
    assert converted["rate_source"] == "RATE_SOURCE_LIVE"
    bond = await walk.call(f"{service}/CalculateBondYield", bond="treasuryBonds/BG2511")
    assert bond["method"] == "METHOD_COMPOUND"
    rules = await walk.call(f"{service}/GetCreditRules")
    facts = [
        {"attribute": each["attribute"], "value": each["choices"][0]["value"] if each["choices"] else "30"}
        for each in rules["attributes"]
    ]
    assert (await walk.call(f"{service}/AssessCredit", facts=facts))["grade"]


async def tables(walk: Walk) -> None:
    service = "information.v1.TableService"
    assert (await walk.call(f"{service}/ListTables"))["tables"]
    current = await walk.call(f"{service}/GetTableVersion", name="tables/fees/versions/0")
    wished = {"content": current["content"] + "\n# 2", "reason": "again"}
    for person, method, ending in (
        ("ZHAO", "ApproveTableVersion", "STATE_APPROVED"),
        ("QIAN", "RejectTableVersion", "STATE_REJECTED"),
    ):
        proposed = await walk.call(
            f"{service}/ProposeTableVersion", agent="SUN", parent="tables/fees", table_version=wished
        )
        decided = await walk.call(f"{service}/{method}", agent=person, name=proposed["name"], remark="seen")
        assert decided["state"] == ending
    assert len((await walk.call(f"{service}/ListTableVersions", parent="tables/fees"))["table_versions"]) == 3


def bought(currency: str) -> Json:
    return {"buy_amount": {"currency_code": currency}}


def terms(quote: Json) -> Json:
    return {"quote": quote["name"], "sell_amount": quote["sell_amount"], "buy_amount": quote["buy_amount"]}


async def securities(walk: Walk) -> None:
    """In trading hours: money over, an order that fills, one that rests and is cancelled, money back."""
    service, account = "securities.v1.SecuritiesService", walk.account("CNY", 1)
    await walk.call(f"{service}/TransferToSecurities", parent=account, amount=cny(100_000))
    quotes = (await walk.call(f"{service}/ListQuotes"))["quotes"]
    chosen = next(each for each in quotes if each["state"] == "STATE_TRADING" and each["board"] == "BOARD_MAIN")
    quote = await walk.call(f"{service}/GetQuote", name=chosen["name"])

    def order(level: Json) -> Json:
        wanted = {"security": quote["name"].partition("/")[2], "side": "SIDE_BUY"}
        return wanted | {"price_amount": level["price_amount"], "quantity": "100"}

    filled = (await walk.call(f"{service}/PlaceOrder", parent=account, order=order(quote["asks"][0])))["order"]
    assert (await walk.call(f"{service}/GetOrder", name=filled["name"]))["state"] == "STATE_FILLED"
    resting = (await walk.call(f"{service}/PlaceOrder", parent=account, order=order(quote["bids"][-1])))["order"]
    cancelled = await walk.call(f"{service}/CancelOrder", name=resting["name"])
    assert cancelled["order"]["state"] == "STATE_CANCELLED"
    assert len((await walk.call(f"{service}/ListOrders", parent=account))["orders"]) == 2
    assert (await walk.call(f"{service}/ListTrades", parent=account))["trades"]
    await walk.call(f"{service}/ListTrades", parent=account, **DAYS)
    assert (await walk.call(f"{service}/ListHoldings", parent=account))["holdings"]
    await walk.call(f"{service}/GetFundsBalance", name=f"{account}/fundsBalance")
    await walk.call(f"{service}/ListAllotmentNumbers", parent=account)
    await walk.call(f"{service}/TransferToBank", parent=account, amount=cny(100))


async def corporate(walk: Walk) -> None:
    """A company is registered; one of its people makes, another checks; its people are paid."""
    service = "corporate.v1.CorporateService"
    company = await walk.call(f"{service}/RegisterCompany", company_number="7000000001", credit_code=credit_code(1))
    maker, checker = (f"{company['name']}/representatives/{number}" for number in ("1001", "1002"))
    grant = await walk.call(f"{service}/VerifyRepresentative", representative=maker, pin=PIN)
    assert grant["token"]
    account = next(
        each["name"]
        for each in company["accounts"]
        if (each["keeper"], each["currency_code"]) == ("KEEPER_CORPORATE", "CNY")
    )
    who = {"representative": maker, "account": account}
    assert len((await walk.call(f"{service}/GetBalances", representative=maker))["balances"]) > 1
    await walk.call(f"{service}/ListStatementEntries", **who, **DAYS)
    await walk.call(f"{service}/ListIncomingRemittances", **who, **DAYS)
    await walk.call(f"{service}/ListOutgoingRemittances", **who, **DAYS)
    await maker_and_checker(walk, who, checker)
    payee = {"credit_bank": "102999000018", "credit_account": "6222000000000001", "credit_display_name": "远方公司"}
    await walk.call(f"{service}/CreateRemittance", **who, **payee, amount=cny(1_000), purpose="货款")
    await walk.call(f"{service}/ApplyForDraft", **who, payee_display_name="远方公司", amount=cny(1_000))
    loan = next(each for each in walk.companies.loans.values())
    await walk.call(f"{service}/RepayLoan", **who, loan_number=loan.number, amount=cny(300_000))
    await payroll(walk, company, maker)


async def maker_and_checker(walk: Walk, who: Json, checker: str) -> None:
    service = "corporate.v1.CorporateService"
    payee = walk.companies.companies.get("7000000002")
    order = {"credit_account": company_account(20), "credit_display_name": payee.name, "amount": cny(500)}
    made = await walk.call(f"{service}/CreateTransferOrder", **who, transfer_order=order)
    assert made["state"] == "STATE_PENDING"
    approved = await walk.call(f"{service}/ApproveTransferOrder", representative=checker, name=made["name"])
    assert approved["state"] == "STATE_BOOKED"
    other = await walk.call(f"{service}/CreateTransferOrder", **who, transfer_order=order)
    await walk.call(f"{service}/RejectTransferOrder", representative=checker, name=other["name"], reason="重复")
    found = await walk.call(f"{service}/GetTransferOrder", representative=checker, name=other["name"])
    assert found["state"] == "STATE_REJECTED"


async def payroll(walk: Walk, company: Json, maker: str) -> None:
    service = "corporate.v1.CorporateService"
    account = next(each["name"] for each in company["accounts"] if each["keeper"] == "KEEPER_CORE")
    lines = [
        {"number": number, "account_number": person.card, "display_name": person.customer.name, "amount": cny(10)}
        for number, person in enumerate(map(walk.person, range(4, 8)), 1)
    ]
    submitted = await walk.call(f"{service}/SubmitPayroll", representative=maker, account=account, lines=lines)
    run = await walk.call(f"{service}/RunPayroll", representative=maker, name=submitted["name"])
    assert [line["code"] for line in run["lines"]] == [""] * len(lines)
    found = await walk.call(f"{service}/GetPayroll", representative=maker, name=submitted["name"])
    assert len(found["line_results"]) == len(lines)


async def activity(walk: Walk) -> None:
    service, customer = "activity.v1.ActivityService", walk.account("CNY", 2).partition("/accounts")[0]
    listed = await walk.call(f"{service}/ListTransactions", parent=customer)
    assert "accounts.ReportLoss" in {each["operation"] for each in listed["transactions"]}
    context = {"channel": "CHANNEL_COUNTER", "channel_serial": "watch"}
    watching = walk.client.stream(f"{service}/WatchTransactions", {"context": context, "parent": customer})
    first = await passing(walk.clock, anext(aiter(watching)))
    assert first["resume_token"]
    walk.answered.append(f"{service}/WatchTransactions")


SCENES: tuple[Callable[[Walk], Awaitable[None]], ...] = (
    accounts,
    customers,
    transfers,
    cash,
    credit,
    billing,
    fx,
    securities,
    corporate,
    information,
    counter,
    representatives,
    activity,
)


def offered() -> set[str]:
    """Every method of the contract that comes to a host."""
    methods = Contract().methods
    return {each.name for each in methods if not each.path.startswith((f"/{GATEWAYS_OWN}", *CALL_CENTRE))}


def declared() -> set[tuple[str, str]]:
    """Every operation of every host's manifest, but for what the gateway alone says to hosts."""
    return {
        (folder.name, operation)
        for folder in discover()
        for operation in folder.manifest.operations
        if not operation.startswith(BETWEEN_MACHINES)
    }


def exchanged(exposition: str) -> set[tuple[str, str]]:
    """What hosts have replied to, by the gateway's own count."""
    return {
        (sample.labels["host"], sample.labels["operation"])
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
        if sample.name == "tellerline_exchanges_total" and sample.labels["fate"] == "REPLIED"
    }


async def test_every_operation_of_every_host_answers(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        for scene in SCENES:
            await scene(walk)
        assert offered() - set(walk.answered) == set(), "methods that no scene calls"
        replied = exchanged(walk.system.node.gateway.metrics.exposition()[0].decode())
        assert declared() - replied == set(), "operations that no host was asked for"
        assert all(not any(ledger.trial_balance().values()) for ledger in walk.system.bank.ledgers().values())
