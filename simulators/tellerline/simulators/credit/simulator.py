"""The credit host as a part of the simulated bank: its loans are repaid from the core host's accounts."""

from __future__ import annotations

from tellerline.simulators.core.host import CoreHost
from tellerline.simulators.core.register import AccountStatus
from tellerline.simulators.core.server import CoreServer
from tellerline.simulators.credit import codes
from tellerline.simulators.credit.host import CreditHost
from tellerline.simulators.credit.server import CreditServer
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.host import BankParts, SimulatedHost


def build(parts: BankParts) -> SimulatedHost:
    """Books in the core host's ledger; asks the core host's register whether an account may be debited."""
    server = parts.hosts["core"]
    assert isinstance(server, CoreServer)
    core = server.host
    host = CreditHost(core.ledger, parts.calendar, lambda account: _settlement_block(core, account))
    return CreditServer(host, FaultEngine(parts.randomness), parts.clock, parts.queues)


def _settlement_block(core: CoreHost, number: str) -> str:
    account = core.register.accounts.get(number)
    if account is None or account.status is AccountStatus.CLOSED:
        return codes.SETTLEMENT_CLOSED
    if account.status is AccountStatus.FROZEN:
        return codes.SETTLEMENT_FROZEN
    if core.register.reported_lost(number, core.calendar.instant()):
        return codes.SETTLEMENT_LOST
    return ""
