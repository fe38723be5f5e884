"""The securities host at its queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tellerline.adapters.clock import Clock
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.host import Holder, Queues
from tellerline.simulators.records.server import RecordServer
from tellerline.simulators.securities.host import SecuritiesHost
from tellerline.simulators.securities.population import populate


class SecuritiesServer(RecordServer):
    """Implements ``SimulatedHost``; ``ledger`` is the money, shares are kept in ``securities.shares``."""

    name = "securities"
    queue = "securities.requests"
    operations = {  # noqa: RUF012 declared as a class variable above
        "ECHO": "Echo",
        "INQUIRE": "InquireTransaction",
        "REVERSE": "ReverseTransaction",
        "GETQUOTE": "GetQuote",
        "LSTQUOTE": "ListQuotes",
        "LSTHOLD": "ListHoldings",
        "GETFUNDS": "GetFunds",
        "PLACEORD": "PlaceOrder",
        "CANCLORD": "CancelOrder",
        "GETORDER": "GetOrder",
        "LSTORDER": "ListOrders",
        "LSTTRADE": "ListTrades",
        "LSTALLOT": "ListAllotments",
        "DEPOSIT": "Deposit",
        "WITHDRAW": "Withdraw",
    }
    changing = frozenset({"PlaceOrder", "CancelOrder", "Deposit", "Withdraw"})

    def __init__(self, host: SecuritiesHost, faults: FaultEngine, clock: Clock, queues: Queues | None) -> None:
        super().__init__(host, faults, clock, queues)
        self.securities = host

    def populate(self, holders: Sequence[Holder], seed: int) -> None:
        populate(self.securities, holders, seed, date.fromisoformat(self.host.calendar.accounting_date()))
