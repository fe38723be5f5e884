"""Amounts that bring this host's own refusals, beside the bank's magic amounts, which bring faults."""

from __future__ import annotations

from tellerline.simulators.faults import FaultKind, FaultRule
from tellerline.simulators.fx import codes

MAGIC_AMOUNTS = {
    7_201_01: codes.QUOTE_EXPIRED,
    7_201_02: codes.RATE_MOVED,
    7_201_03: codes.QUOTE_USED,
    7_201_04: codes.CURRENCY_NOT_OFFERED,
    7_201_05: codes.BELOW_MINIMUM,
}
"""Deals and orders that sell exactly these minor units, of whatever currency, are refused with this code."""

MAGIC_RULES = tuple(
    FaultRule(kind=FaultKind.REFUSE, amount=amount, code=code, operations=frozenset({"ExecuteDeal", "CreateOrder"}))
    for amount, code in MAGIC_AMOUNTS.items()
)
