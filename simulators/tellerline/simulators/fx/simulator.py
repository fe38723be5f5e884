"""The foreign exchange host as a part of the simulated bank: books of its own."""

from __future__ import annotations

from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.fx.host import FxHost
from tellerline.simulators.fx.server import FxServer
from tellerline.simulators.hosting.host import BankParts
from tellerline.simulators.ledger import Ledger


def build(parts: BankParts) -> FxServer:
    return FxServer(FxHost(Ledger(), parts.calendar), FaultEngine(parts.randomness), parts.clock)
