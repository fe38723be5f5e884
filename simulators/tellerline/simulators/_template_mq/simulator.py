"""This host as a part of the simulated bank."""

from __future__ import annotations

from tellerline.simulators._template_mq.host import NewHost
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.host import BankParts, SimulatedHost
from tellerline.simulators.ledger import Ledger
from tellerline.simulators.records.server import RecordServer

OPERATIONS = {
    "ECHO": "Echo",
    "INQUIRE": "InquireTransaction",
    "REVERSE": "ReverseTransaction",
}
"""Message types as fault rules and the log of requests name them."""


class NewServer(RecordServer):
    """Put into ``changing`` what moves money or changes state: magic accounts and amounts strike it."""

    name = "_template_mq"
    queue = "_template_mq.requests"
    operations = OPERATIONS
    changing = frozenset()
    host: NewHost


def build(parts: BankParts) -> SimulatedHost:
    """Keeps a ledger of its own."""
    host = NewHost(Ledger(), parts.calendar)
    return NewServer(host, FaultEngine(parts.randomness), parts.clock, parts.queues)
