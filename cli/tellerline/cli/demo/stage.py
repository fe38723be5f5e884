"""What a scene has at hand: a customer at the telephone, the gateway, the bank, and the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tellerline.adapters.clock import Clock
from tellerline.cli.output import Output
from tellerline.cli.system.embedded import EmbeddedSystem
from tellerline.gateway.client import CanonicalError, Client


@dataclass(slots=True, kw_only=True)
class Stage:
    """``caller`` and ``payee`` are two of the fictional customers; ``scenes`` collects what ``--json`` prints."""

    out: Output
    client: Client
    system: EmbeddedSystem
    clock: Clock
    caller: str
    pin: str
    caller_card: str
    caller_name: str
    payee_card: str
    payee_name: str
    grant: str = field(default="", repr=False)
    serial: int = 0
    scenes: dict[str, Any] = field(default_factory=dict)

    @property
    def account(self) -> str:
        return f"{self.caller}/accounts/1"

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
