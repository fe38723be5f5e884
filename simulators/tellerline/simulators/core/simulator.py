"""The core host as a part of the simulated bank."""

from __future__ import annotations

from collections.abc import Sequence

from tellerline.simulators.core.host import CoreHost
from tellerline.simulators.core.server import CoreServer
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.host import BankParts, Books, Holder, SimulatedHost
from tellerline.simulators.ledger import Ledger


class CoreSimulator(CoreServer):
    """The host in which the population opens its customers and accounts."""

    name = "core"
    changing = frozenset({"Transfer", "DebitAccount", "CreditAccount", "ReportLoss", "WithdrawCash", "ReturnCash"})

    @property
    def ledger(self) -> Ledger:
        return self.host.ledger

    @property
    def books(self) -> Sequence[Books]:
        return self.host.ledger, self.host

    @property
    def references(self) -> int:
        return len(self.host.references)

    def populate(self, holders: Sequence[Holder], seed: int) -> None:
        """Nothing is missing: holders are made of what stands in this host's books."""


def build(parts: BankParts) -> SimulatedHost:
    host = CoreHost(Ledger(), parts.calendar)
    return CoreSimulator(host, FaultEngine(parts.randomness), parts.clock)
