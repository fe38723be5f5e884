"""A core host's books, asked without any wire."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from tellerline.adapters.clock import VirtualClock
from tellerline.simulators.core.host import CoreHost
from tellerline.simulators.core.messages import CoreRequest, Reply

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
