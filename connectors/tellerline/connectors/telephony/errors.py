"""Why a switch did not do what it was asked."""

from __future__ import annotations

from enum import StrEnum


class SwitchReason(StrEnum):
    """``UNKNOWN`` alone leaves open whether the order was carried out; its event, or a snapshot, will tell."""

    NO_SUCH_LEG = "NO_SUCH_LEG"
    NO_SUCH_CONVERSATION = "NO_SUCH_CONVERSATION"
    NO_SUCH_RECORDING = "NO_SUCH_RECORDING"
    WRONG_STATE = "WRONG_STATE"
    """Such as music for a leg that is not connected, or a leg that is in another conversation already."""
    UNREACHABLE = "UNREACHABLE"
    """The address to be dialled is not registered or has no route; nothing was begun."""
    REFUSED = "REFUSED"
    """The switch took offence at the order, which is a defect of ours or of its configuration."""
    UNAVAILABLE = "UNAVAILABLE"
    """No connection: nothing was sent."""
    UNKNOWN = "UNKNOWN"
    """Sent, and no answer came."""


class SwitchError(Exception):
    """``detail`` is for an operator; it never holds digits."""

    def __init__(self, reason: SwitchReason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
