"""The securities host as a part of the simulated bank: books of its own, an exchange of its own."""

from __future__ import annotations

from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.host import BankParts, SimulatedHost
from tellerline.simulators.securities.host import SecuritiesHost
from tellerline.simulators.securities.server import SecuritiesServer


def build(parts: BankParts) -> SimulatedHost:
    """Reads the bank's calendar; asks no other host."""
    return SecuritiesServer(SecuritiesHost(parts.calendar), FaultEngine(parts.randomness), parts.clock, parts.queues)
