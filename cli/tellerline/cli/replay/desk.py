"""The bank's channels as clients of the gateway: every question asked here goes over gRPC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tellerline.adapters.clock import Clock
from tellerline.gateway.client import CanonicalError, Client
from tellerline.gateway.client.contract import ContractMethod

COUNTER: Mapping[str, str] = {"channel": "CHANNEL_COUNTER", "terminal": "replay"}
"""Who asks where the teller has seen the customer: no grant is needed."""

PASSING = frozenset(
    {
        "HOST_UNAVAILABLE",
        "HOST_BUSY",
        "HOST_CLOSED_FOR_MAINTENANCE",
        "HOST_REPLY_UNREADABLE",
        "COMMUNICATION_TIMEOUT",
        "DEADLINE_EXCEEDED",
        "STILL_RUNNING",
        "OVERLOADED",
        "STORE_UNAVAILABLE",
        "",
    }
)
"""Errors that may be gone the next time; the empty code is a connection that broke."""

_TRIES = 40
_PAUSE = 2.0


class Desk:
    """Calls by name, counted. ``requests`` is how many were sent; pauses are seconds of the replay's clock."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self.clock = clock
        self.requests = 0
        self._methods: dict[str, ContractMethod] = {}

    async def send(self, method: str, who: Mapping[str, str], serial: str = "", **fields: Any) -> Any:
        """Ask once as ``who``, under a serial of its own unless one is given. Raises ``CanonicalError``."""
        found = self._methods.get(method)
        if found is None:
            found = self._methods[method] = self._client.contract.method(method)
        self.requests += 1
        context = {**who, "channel_serial": serial or f"replay-{self.requests}"}
        return await self._client.send(found, found.request(context=context, **fields), found.response)

    async def enquire(self, method: str, who: Mapping[str, str] = COUNTER, **fields: Any) -> Any:
        """Ask what changes nothing, again and again while no answer comes. Raises ``CanonicalError`` for a refusal."""
        for _ in range(_TRIES):
            try:
                return await self.send(method, who, **fields)
            except CanonicalError as error:
                if error.code not in PASSING:
                    raise
            await self.clock.sleep(_PAUSE)
        return await self.send(method, who, **fields)
