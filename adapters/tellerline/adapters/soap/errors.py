"""What can go wrong with a SOAP message, before and after the wire."""

from __future__ import annotations


class ContractError(Exception):
    """The WSDL or its schema cannot be used; raised when a contract is loaded, never later."""


class CannotEncodeError(ValueError):
    """A value does not fit the contract's type; nothing was sent. ``field`` is the path of the element."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


class UnreadableReplyError(Exception):
    """Bytes that are not a reply of the expected operation. ``reason`` is a stable lower-case word."""

    def __init__(self, reason: str, why: str = "") -> None:
        super().__init__(f"{reason}: {why}" if why else reason)
        self.reason = reason


class UnrecognisedError(Exception):
    """The compiled decoder met something it has no code for; the strict reader decides. Never leaves this package."""
