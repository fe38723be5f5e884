"""What the admin API does, on values alone: no HTTP here."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Protocol, runtime_checkable

from tellerline.simulators.admin.models import (
    AccountChange,
    AccountData,
    BooksData,
    ClockData,
    FaultData,
    LoanData,
    MaintenanceData,
    MovementData,
)
from tellerline.simulators.bank import SimulatedBank, UnknownHostError
from tellerline.simulators.core.register import CoreAccount, Customer, LossReport
from tellerline.simulators.credit.loans import Loan
from tellerline.simulators.credit.schedule import RepaymentMethod
from tellerline.simulators.faults import ActiveFault, FaultRule
from tellerline.simulators.hosting.dayfile import day_file
from tellerline.simulators.hosting.host import SimulatedHost
from tellerline.simulators.hosting.received import mask
from tellerline.simulators.ledger import Ledger, ledger_sha256
from tellerline.simulators.ledger.money import major_units, minor_units

Json = dict[str, object]


@runtime_checkable
class SettableClock(Protocol):
    """A clock that an operator may set."""

    def jump_to(self, instant: datetime) -> None: ...


@runtime_checkable
class AdvancingClock(Protocol):
    """A clock that moves only when told to."""

    async def advance(self, seconds: float) -> None: ...


class ClockIsRealError(Exception):
    """The bank runs on a clock that cannot be set."""

    def __init__(self) -> None:
        super().__init__("the bank runs on a clock that cannot be set")


class Desk:
    """Raises ``ValueError``, ``LookupError``, ``LedgerError`` or ``RefusedError`` for what cannot be done."""

    def __init__(self, bank: SimulatedBank) -> None:
        self.bank = bank

    def status(self) -> Json:
        calendar, hosts = self.bank.calendar, self.bank.hosts
        return {
            "now": calendar.now(),
            "accounting_date": calendar.accounting_date(),
            "hosts": {name: _host(host) for name, host in hosts.items()},
            "received": {name: dict(host.received.counts) for name, host in hosts.items()},
            "references": sum(host.references for host in hosts.values()),
            "faults_injected": {
                name: {kind.value: count for kind, count in host.faults.injected.items()}
                for name, host in hosts.items()
            },
        }

    def ledger(self) -> Json:
        """The core host's ledger in full, and under ``hosts`` each ledger that there is, by the host that owns it."""
        ledgers = {name: _proof(ledger) for name, ledger in self.bank.ledgers().items()}
        ledger = self.bank.ledger
        return {
            **ledgers[self.bank.core.name],
            "accounts": sum(1 for _ in ledger.accounts()),
            "transactions": ledger.transactions,
            "hosts": ledgers,
        }

    def load(self, books: BooksData) -> Json:
        """Stops at the first item that fails; what came before it stays (``snapshot`` first to be able to go back)."""
        for customer in books.customers:
            self.bank.core.host.branch.open_customer(Customer(**customer.model_dump()))
        for account in books.accounts:
            self._open(account)
        for loan in books.loans:
            self._grant(loan)
        for movement in books.movements:
            self._post(movement)
        return {name: len(getattr(books, name)) for name in ("customers", "accounts", "loans", "movements")}

    def account(self, number: str) -> Json:
        """Balance and state of one account, numbers masked."""
        account = self.bank.ledger.account(number)
        filed = self.bank.core.host.register.accounts.get(number)
        return {
            "account": mask(number),
            "currency": account.currency,
            "ledger": major_units(account.balance, account.currency),
            "available": major_units(account.available, account.currency),
            "overdraft": major_units(account.overdraft, account.currency),
            "entries": len(account.entries),
            "status": filed.status.value if filed else "",
            "pin_failures": filed.pin_failures if filed else 0,
        }

    def change_account(self, number: str, change: AccountChange) -> Json:
        register = self.bank.core.host.register
        if change.status is not None:
            register.set_status(number, change.status)
        if change.pin is not None:
            register.set_pin(number, change.pin)
        if change.overdraft is not None:
            currency = self.bank.ledger.account(number).currency
            self.bank.ledger.set_overdraft(number, minor_units(change.overdraft, currency))
        return self.account(number)

    def formalise_loss(self, number: str) -> Json:
        return self._loss(self.bank.core.host.branch.formalise_loss(number))

    def lift_loss(self, number: str) -> Json:
        return self._loss(self.bank.core.host.branch.lift_loss(number))

    async def set_clock(self, data: ClockData) -> Json:
        clock = self.bank.clock
        if data.now is not None:
            if not isinstance(clock, SettableClock):
                raise ClockIsRealError
            clock.jump_to(data.now)
            self.bank.clock_was_set()
        if data.advance_seconds is not None:
            if not isinstance(clock, AdvancingClock):
                raise ClockIsRealError
            await clock.advance(data.advance_seconds)
        return {"now": self.bank.calendar.now(), "accounting_date": self.bank.calendar.accounting_date()}

    def requests(self, host: str, limit: int) -> list[Json]:
        """The newest requests of a host, oldest first, masked."""
        return [asdict(each) for each in self.bank.host(host).received.newest(limit)]

    def add_fault(self, data: FaultData) -> list[Json]:
        amount = None if data.amount is None else minor_units(data.amount, data.currency)
        fields = data.model_dump(exclude={"host", "currency", "amount"})
        try:
            added = self.bank.add_fault(FaultRule(amount=amount, **fields), host=data.host or "")
        except UnknownHostError as error:
            raise ValueError(str(error)) from None
        hosts = [data.host] if data.host else list(self.bank.hosts)
        return [_fault(host, each) for host, each in zip(hosts, added, strict=True)]

    def faults(self, *, standing: bool) -> list[Json]:
        return [
            _fault(host, each)
            for host, simulated in self.bank.hosts.items()
            for each in simulated.faults.listed(standing=standing)
        ]

    def remove_fault(self, host: str, number: int) -> None:
        if not self.bank.host(host).faults.remove(number):
            raise LookupError(f"no fault {number} at {host}")

    def maintain(self, host: str, data: MaintenanceData | None) -> None:
        """Close ``host`` for a time: it refuses everything with 9002. None opens it again."""
        self.bank.host(host).faults.maintenance = None if data is None else (data.since, data.until)

    def crash(self, host: str, seconds: float) -> None:
        self.bank.host(host).crash(seconds)

    def day_file(self, host: str, accounting_date: str) -> str:
        """See ``hosting.dayfile``."""
        return day_file(self.bank.host(host), accounting_date, self.bank.calendar)

    def forget_requests(self) -> None:
        for host in self.bank.hosts.values():
            host.received.clear()

    def _open(self, data: AccountData) -> None:
        fields = data.model_dump(exclude={"overdraft", "opened_on"})
        account = CoreAccount(opened_on=data.opened_on.isoformat(), **fields)
        overdraft = minor_units(data.overdraft, data.currency)
        self.bank.core.host.branch.open_account(account, overdraft=overdraft)

    def _grant(self, data: LoanData) -> None:
        self.bank.credit.host.grant(
            Loan(
                number=data.number,
                account=data.account,
                borrower_name=data.borrower_name,
                currency=data.currency,
                principal=minor_units(data.principal, data.currency),
                rate_ppm=data.rate_ppm,
                method=RepaymentMethod[data.method],
                granted_on=data.granted_on.isoformat(),
                instalments=data.instalments,
                repaid=minor_units(data.repaid, data.currency),
            )
        )

    def _post(self, data: MovementData) -> None:
        currency = self.bank.ledger.account(data.account).currency
        self.bank.core.host.branch.post(
            data.account,
            data.minor(currency),
            kind=data.kind,
            narrative=data.narrative,
            counterparty_account=data.counterparty_account,
            counterparty_name=data.counterparty_name,
            booking_date=data.booking_date.isoformat() if data.booking_date else "",
        )

    def _loss(self, report: LossReport) -> Json:
        state = report.state_at(self.bank.calendar.instant())
        return {"report_number": report.report_number, "state": state.value}


def _host(host: SimulatedHost) -> Json:
    where = {"url": host.url} if host.url else {}
    return {"up": host.up, **where, "crashes": host.crashes}


def _proof(ledger: Ledger) -> Json:
    totals = ledger.trial_balance()
    return {
        "ledger_sha256": ledger_sha256(ledger),
        "trial_balance": {currency: major_units(total, currency) for currency, total in totals.items()},
    }


def _fault(host: str, active: ActiveFault) -> Json:
    rule = active.rule
    return {
        "host": host,
        "number": active.number,
        "kind": rule.kind.value,
        "operations": sorted(rule.operations),
        "account": mask(rule.account),
        "count": rule.count,
        "remaining": active.remaining,
        "probability": rule.probability,
        "seconds": rule.duration,
        "injected": active.injected,
        "standing": active.standing,
    }
