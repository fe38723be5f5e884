"""The corporate front-end as a part of the simulated bank: wages are paid from accounts that the core host keeps."""

from __future__ import annotations

from tellerline.simulators.core.server import CoreServer
from tellerline.simulators.corporate.host import CorporateHost
from tellerline.simulators.corporate.server import CorporateServer
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.host import BankParts, SimulatedHost
from tellerline.simulators.ledger import Ledger


def build(parts: BankParts) -> SimulatedHost:
    core = parts.hosts["core"]
    assert isinstance(core, CoreServer)
    host = CorporateHost(Ledger(), parts.calendar)
    return CorporateServer(host, FaultEngine(parts.randomness), parts.clock, parts.randomness, core)
