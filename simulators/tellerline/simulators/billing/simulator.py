"""The billing host as a part of the simulated bank."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tellerline.simulators.billing.host import BillingHost
from tellerline.simulators.billing.population import MAGIC_FAULTS, fill
from tellerline.simulators.faults import FaultEngine, FaultRule
from tellerline.simulators.hosting.host import BankParts, Holder, SimulatedHost
from tellerline.simulators.ledger import Ledger
from tellerline.simulators.records.server import RecordServer

OPERATIONS = {
    "ECHO": "Echo",
    "INQUIRE": "InquireTransaction",
    "REVERSE": "ReverseTransaction",
    "LISTBILL": "ListBills",
    "GETBILL": "GetBill",
    "NOTIFYPY": "NotifyPayment",
}
"""Message types as fault rules and the log of requests name them."""


class BillingServer(RecordServer):
    """To fault rules, the account of a request is its subscriber number."""

    name = "billing"
    queue = "billing.requests"
    operations = OPERATIONS
    changing = frozenset({"NotifyPayment"})
    account_fields = ("SUBSCRIBER",)
    host: BillingHost

    def populate(self, holders: Sequence[Holder], seed: int) -> None:
        """Also puts the magic subscribers to work."""
        today = date.fromisoformat(self.host.calendar.accounting_date())
        fill(self.host.bills, holders, seed, today)
        for subscriber, kind in MAGIC_FAULTS.items():
            self.faults.add(FaultRule(kind=kind, account=subscriber, operations=self.changing), standing=True)


def build(parts: BankParts) -> SimulatedHost:
    """Keeps a ledger of its own."""
    host = BillingHost(Ledger(), parts.calendar)
    return BillingServer(host, FaultEngine(parts.randomness), parts.clock, parts.queues)
