"""The core host at its socket."""

from __future__ import annotations

from collections.abc import Sequence

from tellerline.adapters.clock import Clock
from tellerline.simulators.core.contract import core_contract
from tellerline.simulators.core.envelope import core_envelopes
from tellerline.simulators.core.host import CoreHost
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.host import Holder
from tellerline.simulators.soap.server import SoapServer


class CoreServer(SoapServer):
    """Listens on one address, on the running loop. ``GET /core?wsdl`` answers the contract."""

    name = "core"
    changing = frozenset({"Transfer", "ReportLoss"})

    def __init__(self, host: CoreHost, faults: FaultEngine, clock: Clock) -> None:
        contract = core_contract()
        super().__init__(host, contract, core_envelopes(contract.types, host.calendar), faults, clock)
        self.host = host

    def populate(self, holders: Sequence[Holder], seed: int) -> None:
        """The holders come from this host's own books: nothing to add."""
