"""What every SOAP host of the bank is asked beside its business: whether it is there, and of another message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tellerline.connectors.soap_connector import Mapped, amount
from tellerline.routing.model.command import Echo, Inquire, Reverse
from tellerline.routing.model.outcome import HostState, Result, Reversal


def with_control(operations: Mapping[str, Mapped]) -> dict[str, Mapped]:
    """``operations`` with echo, inquiry and reversal; the latter two name the original in the host's own word.

    An original that the host has no word for goes under the model's name: the host then knows nothing of it.
    """

    def original_of(command: Inquire | Reverse) -> dict[str, Any]:
        mapped = every.get(command.original_operation)
        return {
            "originalReference": command.original_reference,
            "originalOperation": mapped.wire if mapped else command.original_operation,
            "originalAccount": command.original_account or None,
        }

    def reverse(command: Reverse) -> dict[str, Any]:
        return {**original_of(command), "amount": None if command.amount is None else amount(command.amount)}

    every: dict[str, Mapped] = {
        Echo.operation: Mapped("Echo", lambda _: {}, lambda r: HostState(accounting_date="", version=r["version"])),
        Inquire.operation: Mapped("InquireTransaction", original_of, lambda _: Result()),
        Reverse.operation: Mapped("ReverseTransaction", reverse, lambda r: Reversal(effective=r["effective"])),
        **operations,
    }
    return every
