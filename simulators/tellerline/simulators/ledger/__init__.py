"""A double-entry ledger in whole minor units, with snapshots and a hash of its business effects."""

from tellerline.simulators.ledger.account import Entry, LedgerAccount, Leg, Transaction
from tellerline.simulators.ledger.digest import ledger_sha256
from tellerline.simulators.ledger.ledger import (
    AlreadyReversedError,
    BookingDateError,
    InsufficientFundsError,
    Ledger,
    LedgerError,
    UnbalancedError,
    UnknownAccountError,
)
from tellerline.simulators.ledger.table import Table

__all__ = [
    "AlreadyReversedError",
    "BookingDateError",
    "Entry",
    "InsufficientFundsError",
    "Ledger",
    "LedgerAccount",
    "LedgerError",
    "Leg",
    "Table",
    "Transaction",
    "UnbalancedError",
    "UnknownAccountError",
    "ledger_sha256",
]
