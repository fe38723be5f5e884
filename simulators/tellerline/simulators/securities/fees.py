"""What trading costs: a commission of 0.025%, 5.00 at least an order, and on sales a stamp duty of 0.05%."""

from __future__ import annotations

from tellerline.simulators.securities.matching import Side

LEAST_COMMISSION = 5_00
_COMMISSION, _STAMP_DUTY, _SCALE = 25, 50, 100_000


def fees(side: Side, amount: int) -> int:
    """All fees of an order of which ``amount`` fen were traded; never more than a seller gets, and never falling."""
    if amount == 0:
        return 0
    commission = max(LEAST_COMMISSION, _share(amount, _COMMISSION))
    if side is Side.BUY:
        return commission
    return min(amount, commission + _share(amount, _STAMP_DUTY))


def _share(amount: int, rate: int) -> int:
    return (amount * rate + _SCALE // 2) // _SCALE
