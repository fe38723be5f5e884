"""A clerk at the counter of the small platform, and what is kept of what he does."""

from __future__ import annotations

from typing import Any

from tellerline.api.common.v1.context_pb2 import CHANNEL_COUNTER, RequestContext
from tellerline.gateway.journal.customer_records import HappeningSearch, Interaction

CUSTOMER, ACCOUNT = "customers/1001", "customers/1001/accounts/1"


def clerk(platform: Any, agent: str = "SUN", **fields: Any) -> RequestContext:
    context: RequestContext = platform.context(
        **{"channel": CHANNEL_COUNTER, "grant": "", "customer": "", "agent": agent, **fields}
    )
    return context


async def events(platform: Any, customer: str = "1001") -> list[Interaction]:
    """Oldest first."""
    found = await platform.store.interactions.page(HappeningSearch(customer=customer))
    return [each for each in reversed(found) if isinstance(each, Interaction)]
