"""What a scene has at hand: a customer at the telephone, the gateway, the bank, and the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tellerline.adapters.clock import Clock
from tellerline.cli.output import Output
from tellerline.cli.rendering import clock_text, event_detail
from tellerline.cli.system.embedded import EmbeddedSystem
from tellerline.gateway.client import CanonicalError, Client

_OPERATIONS = "operations.v1.OperationsService"
_PATIENCE = 60.0


@dataclass(slots=True, kw_only=True)
class Stage:
    """``caller`` and ``payee`` are two of the fictional customers, a ``third`` is paid by the second; ``scenes``
    collects what ``--json`` prints.

    ``hurried`` is a client whose calls have so little time that a host's silence outlasts it.
    """

    out: Output
    client: Client
    hurried: Client
    system: EmbeddedSystem
    clock: Clock
    caller: str
    pin: str
    caller_card: str
    caller_name: str
    payee: str
    payee_card: str
    payee_name: str
    third_card: str
    third_name: str
    grant: str = field(default="", repr=False)
    serial: int = 0
    scenes: dict[str, Any] = field(default_factory=dict)

    @property
    def account(self) -> str:
        return f"{self.caller}/accounts/1"

    @property
    def online_banking(self) -> str:
        """The address of the page for customers."""
        return f"{self.system.node.http_url}/online-banking/"

    @property
    def today(self) -> date:
        return self.clock.now().date()

    def context(self) -> dict[str, Any]:
        """Of the next request: an IVR call with the caller's grant, once there is one."""
        self.serial += 1
        return {
            "channel": "CHANNEL_IVR",
            "channel_serial": f"demo-{self.serial:04}",
            "customer": self.caller,
            "grant": self.grant,
            "call": "demo-call-1",
            "language_code": self.out.text("en", "zh-CN"),
        }

    def counter(self) -> dict[str, Any]:
        """Of the next request that the bank's own people make."""
        return self.context() | {"channel": "CHANNEL_COUNTER"}

    async def call(self, method: str, **fields: Any) -> dict[str, Any]:
        """Ask as the caller; raises ``CanonicalError``."""
        return await self.client.call(method, {"context": self.context(), **fields})

    async def refused(self, method: str, **fields: Any) -> CanonicalError | None:
        """The refusal that a scene is about; None when there was none, which a scene must not hide."""
        try:
            await self.call(method, **fields)
        except CanonicalError as error:
            return error
        return None

    async def transaction(self, serial: str) -> dict[str, Any]:
        """With its history and legs."""
        request = {"context": self.counter(), "name": f"transactions/{serial}"}
        return await self.client.call(f"{_OPERATIONS}/GetTransaction", request)

    async def watch(self, serial: str, *, silently: bool = False) -> str:
        """Show a transaction's history as it happens; returns the state in which it ends."""
        state = ""
        request = {"context": self.counter(), "name": f"transactions/{serial}"}
        async for news in self.client.stream(f"{_OPERATIONS}/WatchTransaction", request, seconds=_PATIENCE):
            event = news.get("event")
            if event and not silently:
                line = f"      {clock_text(event['event_time'])}  {event['kind']:12}  {event_detail(event)}"
                self.out.say(line, line, style="dim")
            state = news.get("info", {}).get("state", state)
        return state
