"""What happens at a switch, in the order in which it happened there (CSTA, services of monitoring)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


class Cause(StrEnum):
    """Why a leg ended or was never connected (ITU-T Q.850, as far as a controller acts on the difference)."""

    NORMAL = "NORMAL"
    BUSY = "BUSY"
    NO_ANSWER = "NO_ANSWER"
    REJECTED = "REJECTED"
    UNREACHABLE = "UNREACHABLE"
    """Not registered, unknown, or no route to it."""
    MEDIA_LOST = "MEDIA_LOST"
    """Nothing was heard of the telephone for so long that the switch gave the leg up."""
    SWITCH_FAILURE = "SWITCH_FAILURE"


class Ended(StrEnum):
    """How a playback or a recording ended."""

    DONE = "DONE"
    STOPPED = "STOPPED"
    FAILED = "FAILED"
    """A prompt that is not there, a disk that takes no more; what there is of a recording is kept."""


class SecretEnd(StrEnum):
    """How a collection of secret digits ended. Only ``COMPLETE`` has a sealed block."""

    COMPLETE = "COMPLETE"
    TOO_FEW = "TOO_FEW"
    """The caller ended with # before all digits were there."""
    TIMED_OUT = "TIMED_OUT"
    STOPPED = "STOPPED"
    """By ``stop_collecting``, or because the leg ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """``at`` is the switch's instant where it tells one, else that of the connector's clock."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered(Event):
    """A caller from outside waits to be answered, rejected or cleared. The switch chose the id ``leg``.

    ``called`` is the number dialled, ``caller`` the calling line's number, empty where it is withheld.
    """

    leg: str
    called: str
    caller: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting(Event):
    """The telephone of a leg that was dialled rings. Some telephones answer without it."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected(Event):
    """The leg was answered: an outgoing one by its telephone, an incoming one by ``answer``."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared(Event):
    """The leg is gone, with everything on it: playbacks, collections, recordings, monitors, its place in a
    conversation. The last event of a leg, and exactly one for each."""

    leg: str
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Digit(Event):
    """One key, 0 to 9, * or #, pressed on a leg that is not collecting secret digits."""

    leg: str
    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneHeld(Event):
    """The telephone itself put the call on hold, which the switch cannot prevent."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRetrieved(Event):
    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackEnded(Event):
    """Exactly one for each playback that was begun."""

    playback: str
    leg: str
    end: Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingEnded(Event):
    """Exactly one for each recording that was begun; then the recording can be fetched."""

    recording: str
    leg: str
    end: Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretCollected(Event):
    """Exactly one for each collection. ``sealed`` is what the seal made of the digits; nobody else has seen them."""

    collection: str
    leg: str
    end: SecretEnd
    sealed: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLost(Event):
    """From now on nothing is heard of the switch. Calls live on there; their events are lost until ``LinkRestored``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRestored(Event):
    """Events come again. Whoever keeps a model compares it with a ``snapshot`` before he trusts it.

    ``restarted`` says that it is another run of the switch: every leg of before is gone, and no ``Cleared`` will come.
    """

    restarted: bool


SwitchEvent: TypeAlias = (
    Offered
    | Alerting
    | Connected
    | Cleared
    | Digit
    | PhoneHeld
    | PhoneRetrieved
    | PlaybackEnded
    | RecordingEnded
    | SecretCollected
    | LinkLost
    | LinkRestored
)
OnEvent = Callable[[SwitchEvent], None]
"""Called on the loop, in order, never again after ``close``. It must not block."""
