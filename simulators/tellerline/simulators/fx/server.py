"""The foreign exchange host at its socket."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from importlib.resources import files

from tellerline.adapters.clock import Clock
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.fx.envelope import fx_envelopes
from tellerline.simulators.fx.host import FxHost
from tellerline.simulators.fx.magic import MAGIC_RULES
from tellerline.simulators.fx.population import make_orders
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.hosting.host import Holder
from tellerline.simulators.soap.contract import Contract
from tellerline.simulators.soap.server import SoapServer


class FxServer(SoapServer):
    """Listens on one address, on the running loop. ``GET /fx?wsdl`` answers the contract."""

    name = "fx"
    changing = frozenset({"ExecuteDeal", "CreateOrder", "CancelOrder"})

    def __init__(self, host: FxHost, faults: FaultEngine, clock: Clock) -> None:
        contract = Contract(files(__package__).joinpath("fx.wsdl").read_bytes())
        super().__init__(host, contract, fx_envelopes(contract.types, host.calendar), faults, clock)
        self.host = host

    def populate(self, holders: Sequence[Holder], seed: int) -> None:
        """Resting orders of some customers, where there are rates, and the amounts that this host refuses."""
        for order in make_orders(holders, seed, self.host.calendar.instant()):
            with suppress(RefusedError):
                self.host.orders.place(order)
        for rule in MAGIC_RULES:
            self.faults.add(rule, standing=True)
