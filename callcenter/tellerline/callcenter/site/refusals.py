"""Why a site did not do what it was asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    NO_SUCH_AGENT = "NO_SUCH_AGENT"
    """Not signed in."""
    NO_SUCH_CALL = "NO_SUCH_CALL"
    NO_SUCH_QUEUE = "NO_SUCH_QUEUE"
    STALE_VERSION = "STALE_VERSION"
    """Somebody or something was faster; look again."""
    SIGNED_IN_ALREADY = "SIGNED_IN_ALREADY"
    TELEPHONE_IN_USE = "TELEPHONE_IN_USE"
    NOT_A_LEADER = "NOT_A_LEADER"
    NOT_YOURSELF = "NOT_YOURSELF"
    """Only the agent himself may command this."""
    WRONG_AGENT_STATE = "WRONG_AGENT_STATE"
    WRONG_CALL_STATE = "WRONG_CALL_STATE"
    NOT_IN_CALL = "NOT_IN_CALL"
    """The actor is not an agent of the call, or does not lead it."""
    CALL_EXISTS = "CALL_EXISTS"
    RESERVATION_GONE = "RESERVATION_GONE"
    """Canceled, rescinded, timed out, or answered already."""
    ANSWER_BY_TELEPHONE = "ANSWER_BY_TELEPHONE"
    MAY_NOT_RELEASE = "MAY_NOT_RELEASE"
    """Agents do not hang up first."""
    COLLEAGUE_NOT_FREE = "COLLEAGUE_NOT_FREE"
    RECORD_EXISTS = "RECORD_EXISTS"
    NO_RECORD = "NO_RECORD"
    IVR_MOVED_ON = "IVR_MOVED_ON"
    SWITCH_UNAVAILABLE = "SWITCH_UNAVAILABLE"
    NO_SUCH_RECORDING = "NO_SUCH_RECORDING"
    RECORDING_RUNS = "RECORDING_RUNS"
    """It can be heard, and dealt with, once it has ended."""
    NO_SUCH_MESSAGE = "NO_SUCH_MESSAGE"
    NOT_YOUR_BOX = "NOT_YOUR_BOX"
    """The box is a queue's that the actor may not serve."""
    MESSAGE_HANDLED = "MESSAGE_HANDLED"
    MESSAGE_OPEN = "MESSAGE_OPEN"
    """It waits to be handled already."""


@dataclass(frozen=True, slots=True)
class Refused:
    """``version`` is the present one of what a stale command named."""

    why: Why
    version: int | None = None


class RefusalError(Exception):
    """Raised while deciding, before anything is decided; ``Site.handle`` turns it into an outcome."""

    def __init__(self, why: Why, version: int | None = None) -> None:
        super().__init__(str(why))
        self.refused = Refused(why, version)
