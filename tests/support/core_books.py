"""A core host's books, asked without any wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from tellerline.adapters.clock import VirtualClock
from tellerline.simulators.core.host import CoreHost
from tellerline.simulators.core.messages import CoreRequest, Reply
from tellerline.simulators.core.register import AccountKind, CoreAccount, Customer
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.ledger import Ledger

_serials = count(1)


@dataclass
class CoreBooks:
    """A core host with two customers, asked without any wire."""

    clock: VirtualClock
    host: CoreHost

    def ask(self, operation: str, reference: str = "", **fields: str) -> Reply:
        flat = {name.replace("__", "/"): value for name, value in fields.items()}
        reference = reference or f"REF{next(_serials)}"
        return self.host.handle(CoreRequest(operation=operation, reference=reference, fields=flat))

    def transfer(self, value: str, reference: str = "", **fields: str) -> Reply:
        asked = {"debitAccount": "A", "creditAccount": "B", "kind": "REGISTERED_PAYEE", **fields}
        return self.ask("Transfer", reference, amount__value=value, **{"amount__currency": "CNY", **asked})

    def balance(self, account: str) -> int:
        return self.host.ledger.account(account).balance


def fresh_books() -> CoreBooks:
    """Accounts A (a card, 1,000.00) and B (a passbook, nothing), of 张三 and 李四; noon in Shanghai."""
    clock = VirtualClock(datetime(2026, 11, 22, 4, 0, tzinfo=UTC))
    host = CoreHost(Ledger(), BankCalendar(clock))
    for number, name, account, kind in (("1", "张三", "A", "CARD"), ("2", "李四", "B", "PASSBOOK")):
        host.branch.open_customer(Customer(number=number, name=name, identity_document=f"ID{number}"))
        host.branch.open_account(
            CoreAccount(
                number=account,
                kind=AccountKind(kind),
                product="活期",
                currency="CNY",
                owner=number,
                opened_on="2020-01-01",
                pin="246810",
            )
        )
    host.branch.post("A", 100_000, kind="CASH_DEPOSIT")
    return CoreBooks(clock, host)
