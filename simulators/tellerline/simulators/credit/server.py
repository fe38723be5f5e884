"""The credit host at its queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tellerline.simulators.credit.host import CreditHost
from tellerline.simulators.credit.population import make_loans
from tellerline.simulators.hosting.host import Books, Holder
from tellerline.simulators.records.server import RecordServer

REQUEST_QUEUE = "credit.requests"
OPERATIONS = {
    "ECHO": "Echo",
    "INQUIRE": "InquireTransaction",
    "REVERSE": "ReverseTransaction",
    "GETLOAN": "GetLoan",
    "LISTINST": "ListInstalments",
    "REPAYLN": "RepayLoan",
}
"""Message types as fault rules and the log of requests name them."""


class CreditServer(RecordServer):
    """Its loans are repaid from the core host's accounts, in the core host's ledger."""

    name = "credit"
    queue = REQUEST_QUEUE
    operations = OPERATIONS
    changing = frozenset({"RepayLoan"})
    host: CreditHost

    @property
    def books(self) -> Sequence[Books]:
        """Without the ledger, which is the core host's."""
        return (self.host,)

    def populate(self, holders: Sequence[Holder], seed: int) -> None:
        today = date.fromisoformat(self.host.calendar.accounting_date())
        for loan in make_loans(holders, seed, today):
            self.host.grant(loan)
