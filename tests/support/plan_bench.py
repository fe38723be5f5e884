"""A bank whose hosts' real simulators and connectors stand behind one gateway, for plans of many legs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from gateway_world import START, World, as_it_is, make_world, settings_for
from intercepted import Around, Intercepted
from wired_host import Faults, WiredHost, wired

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.connectors.host import Answer
from tellerline.gateway.hosts.policy import HostBinding, HostPolicy
from tellerline.gateway.services.ports import Request
from tellerline.routing.model import billing, corporate, fx, securities
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.billing.population import MAGIC_FAULTS
from tellerline.simulators.corporate.population import REPRESENTATIVES
from tellerline.simulators.population import Population

HOSTS = ("core", "billing", "corporate", "fx", "securities")
NOWHERE = "6222999999999999"
COMPANY, WAGES = "7000000001", "99040000000000000001"
SERIAL = "P1"


def no_fault(_command: Command, _call: HostCall) -> None:
    return None


@dataclass
class PlanBench:
    """One bank with its clock; gateways come and go over the stores that they are given."""

    clock: VirtualClock
    bank: SimulatedBank
    population: Population
    hosts: dict[str, WiredHost]
    policies: dict[str, HostPolicy]

    @property
    def payer(self) -> str:
        return self.population.people[0].card

    def strike(self, faults: Faults) -> None:
        for host in self.hosts.values():
            host.fault_of = faults

    def world(self, folder: Path, *, around: Around = as_it_is, seed: int | str = 1, **how: Any) -> World:
        """A gateway in front of the bank, not started yet."""
        first, *others = (
            HostBinding(Intercepted(host, around, label=f"{name}."), self.policies[name])
            for name, host in self.hosts.items()
        )
        settings = how.pop("settings", None) or settings_for()
        world = make_world(
            folder,
            host=self.hosts["core"],  # type: ignore[arg-type]
            policy=first.policy,
            clock=self.clock,
            settings=settings,
            around=around,
            seed=seed,
            beside=others,
            **how,
        )
        return world

    def mirrored(self) -> dict[str, int]:
        """What core's settlement accounts and the other hosts' accounts of the bank add up to, per currency and pair.

        All zero: no money is between two hosts.
        """
        sums: dict[str, int] = {}
        for purpose, host in (("SECURITIES", "securities"), ("FX", "fx"), ("BILLING", "billing"), ("PAYROLL", "")):
            books = [(self.bank.ledger, f"SETTLE-{purpose}-")]
            if host:
                books.append((self.bank.host(host).ledger, "BANK-"))
            for ledger, prefix in books:
                for account in ledger.accounts():
                    if account.number.startswith(prefix):
                        key = f"{purpose}-{account.currency}"
                        sums[key] = sums.get(key, 0) + account.balance
        return {key: total for key, total in sums.items() if total}

    def balance(self, account: str) -> int:
        return self.bank.ledger.account(account).balance

    def broken_ledgers(self) -> list[str]:
        return [name for name in self.bank.hosts if any(self.bank.host(name).ledger.trial_balance().values())]

    async def ask(self, host: str, command: Command) -> Any:
        """An enquiry straight at a host."""
        call = HostCall(reference=f"ASK{len(self.hosts[host].received)}", channel="IVR", accepted_at=_NOW)
        answer: Answer = await self.hosts[host].execute(command, call, self.clock.monotonic() + 5)
        assert isinstance(answer.outcome, Done), answer
        self.hosts[host].received.clear()
        return answer.outcome.result


_made: list[PlanBench] = []
_AFTERNOON = timedelta(hours=2)
_NOW = "2026-03-02T12:00:00+08:00"


def make_bench() -> PlanBench:
    """A bank as loaded, at noon or soon after; what another test has done to it is forgotten."""
    if not _made or (_made[0].clock.now() - START) > _AFTERNOON:
        _made[:] = [_new_bench()]
    (bench,) = _made
    bench.bank.reset()
    for host in bench.hosts.values():
        host.away_until = 0.0
        host.fault_of = no_fault
        host.received.clear()
    return bench


def _new_bench() -> PlanBench:
    clock = VirtualClock(START)
    bank = SimulatedBank(clock, SeededRandomness(1))
    population = bank.load_population(customers=3, magic=False)
    bank.snapshot()
    hosts, policies = {}, {}
    for name in HOSTS:
        hosts[name], policies[name] = wired(name, bank.host(name), clock)
    return PlanBench(clock, bank, population, hosts, policies)


async def to_securities(bench: PlanBench) -> Command:
    return securities.TransferToSecurities(account=bench.payer, amount=Money(100_00, "CNY"))


async def to_bank(bench: PlanBench) -> Command:
    return securities.TransferToBank(account=bench.payer, amount=Money(100_00, "CNY"))


async def deal(bench: PlanBench) -> Command:
    owner = bench.population.people[-1]
    (dollars,) = (account.number for account in owner.accounts if account.currency == "USD")
    asked = fx.CreateQuote(account=owner.card, sell_currency="CNY", buy_currency="USD", fixed=Money(1_000_00, "CNY"))
    quote = await bench.ask("fx", asked)
    return fx.CreateDeal(quote=quote.quote, account=owner.card, credit_account=dollars, sell=quote.sell, buy=quote.buy)


async def bill(bench: PlanBench) -> Command:
    subscriber = next(iter(MAGIC_FAULTS))
    kind = billing.BillerKind.ELECTRICITY
    bills = await bench.ask("billing", billing.ListBills(kind=kind, subscriber=subscriber, unpaid_only=True))
    due = bills.bills[0]
    return billing.PayBill(kind=kind, subscriber=subscriber, bill=due.bill, account=bench.payer, amount=due.amount)


async def payroll_of(bench: PlanBench, lines: int, missing: int) -> corporate.RunPayroll:
    """Handed in at its host; every ``missing``-th line goes to an account that does not exist."""
    payees = bench.population.people[1:-1]
    listed = tuple(
        corporate.PayrollLine(
            number=number,
            account=NOWHERE if number % missing == 0 else payees[number % len(payees)].card,
            name=payees[number % len(payees)].customer.name,
            amount=Money(100 + number, "CNY"),
        )
        for number in range(1, lines + 1)
    )
    asking = {"company": COMPANY, "representative": REPRESENTATIVES[0], "account": WAGES}
    filed = await bench.ask("corporate", corporate.SubmitPayroll(**asking, lines=listed))
    return corporate.RunPayroll(**asking, payroll=filed.payroll, lines=listed)


async def payroll(bench: PlanBench) -> Command:
    return await payroll_of(bench, 3, missing=2)


MAKE: dict[str, Callable[[PlanBench], Any]] = {
    "securities.TransferToSecurities": to_securities,
    "securities.TransferToBank": to_bank,
    "fx.CreateDeal": deal,
    "billing.PayBill": bill,
    "corporate.RunPayroll": payroll,
}


def asking(command: Command, serial: str = SERIAL) -> Request:
    return Request(channel="COUNTER", channel_serial=serial, command=command, customer="C1")
