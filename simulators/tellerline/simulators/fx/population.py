"""Resting orders that customers have placed already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from tellerline.adapters.clock import SeededRandomness
from tellerline.simulators.fx.amounts import Amount
from tellerline.simulators.fx.orders import OrderRequest
from tellerline.simulators.hosting.host import Holder

_EVERY = 25
_HOPES = {"USD": Decimal("0.1600"), "EUR": Decimal("0.1500"), "GBP": Decimal("0.1280"), "HKD": Decimal("1.2500")}
"""What some customers hope to get for a yuan one day."""


def make_orders(holders: Sequence[Holder], seed: int, now: datetime) -> Iterator[OrderRequest]:
    """Every twenty-fifth customer would sell yuan, for a better price than there is as a rule."""
    chance = SeededRandomness(seed)
    for holder in holders[:-1:_EVERY]:
        currency = tuple(_HOPES)[chance.below(len(_HOPES))]
        yield OrderRequest(
            account=holder.accounts[0],
            credit_account=holder.accounts[-1],
            sell=Amount((1 + chance.below(50)) * 1_000_00, "CNY"),
            buy_currency=currency,
            limit_rate=_HOPES[currency],
            expires_at=now + timedelta(days=30 + chance.below(60)),
        )
