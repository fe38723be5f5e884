"""Which change a command has asked for, should nobody hear what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from tellerline.gateway.client import CanonicalError, Client, ContractMethod
from tellerline.gateway.client.client import ResponseT

_READING = (
    *("Get", "List", "Search", "Find", "Watch", "Explain"),
    *("Calculate", "Convert", "Assess", "Download", "Export"),
)


@dataclass(slots=True)
class AskedChange:
    """``serial`` is the channel serial of the last change that was asked for; empty where none was, and when what
    failed after it only reads."""

    serial: str = ""


class NotingClient(Client):
    """Notes each change in ``change`` before it is sent."""

    def __init__(self, *given: Any, change: AskedChange, **named: Any) -> None:
        super().__init__(*given, **named)
        self._change = change

    async def send(
        self, method: ContractMethod, request: Message, response: type[ResponseT], *, traceparent: str = ""
    ) -> ResponseT:
        changes = is_change(method.name)
        if changes:
            self._change.serial = request.context.channel_serial  # type: ignore[attr-defined]
        try:
            return await super().send(method, request, response, traceparent=traceparent)
        except CanonicalError:
            if not changes:
                self._change.serial = ""
            raise


def is_change(method: str) -> bool:
    """Whether ``area.v1.Service/Method`` changes something, by its verb; one that is not known does."""
    return not method.rpartition("/")[2].startswith(_READING)
