"""What this host does with each record."""

from __future__ import annotations

from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.codes import SHARED_MESSAGES
from tellerline.simulators.hosting.serials import Serials
from tellerline.simulators.ledger import Ledger
from tellerline.simulators.records.host import RecordHost
from tellerline.simulators.records.layout import Layout

HOST_VERSION = "_template_mq-simulator 1"
RECORDS = {"ECHO": "ECHO", "INQUIRE": "INQUIRE", "REVERSE": "REVERSE"}
"""The names of the copybook's records by message type."""


class NewHost(RecordHost):
    """Echo, inquiry and reversal; add to ``enquiries`` and ``changes`` what else it is asked."""

    def __init__(self, ledger: Ledger, calendar: BankCalendar) -> None:
        layout = Layout("tellerline.simulators._template_mq:host.cpy", "gb18030", RECORDS, SHARED_MESSAGES)
        super().__init__(ledger, calendar, layout, Serials("N"), HOST_VERSION)
