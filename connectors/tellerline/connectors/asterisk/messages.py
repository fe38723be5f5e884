"""Asterisk's events, as far as a controller of calls acts on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from tellerline.connectors.asterisk.model import OWN
from tellerline.connectors.asterisk.rest import Json
from tellerline.connectors.telephony.events import Cause

_CAUSES = {
    Cause.NORMAL: (0, 16, 26, 31, 32, 127),
    Cause.BUSY: (17,),
    Cause.NO_ANSWER: (18, 19),
    Cause.REJECTED: (21,),
    Cause.UNREACHABLE: (1, 2, 3, 20, 22, 27, 28),
    Cause.MEDIA_LOST: (44,),
}
_BY_CODE = {code: cause for cause, codes in _CAUSES.items() for code in codes}
CODES = {Cause.NORMAL: 16, Cause.BUSY: 17, Cause.NO_ANSWER: 19, Cause.REJECTED: 21, Cause.UNREACHABLE: 3}
"""Q.850's, for ending a channel."""
_SOFT_BY_DEVICE = 1
"""Asterisk's own flag for a channel that it gave up because nothing was heard of its telephone."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A channel came under our control. ``args`` say why: those of the dialplan, or our own."""

    channel: str
    args: tuple[str, ...]
    caller: str


@dataclass(frozen=True, slots=True)
class StateChanged:
    """``state`` in Asterisk's words: Ring, Ringing, Up …"""

    channel: str
    state: str


@dataclass(frozen=True, slots=True)
class HangingUp:
    channel: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Left:
    """A channel is no longer under our control."""

    channel: str


@dataclass(frozen=True, slots=True)
class Destroyed:
    channel: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """And let go, after ``length``. Its representation does not show the key."""

    channel: str
    key: str
    length: timedelta

    def __repr__(self) -> str:
        return f"KeyPressed({self.channel!r})"


@dataclass(frozen=True, slots=True)
class Held:
    channel: str
    held: bool


@dataclass(frozen=True, slots=True)
class PlaybackOver:
    playback: str
    failed: bool


@dataclass(frozen=True, slots=True)
class RecordingOver:
    recording: str
    failed: bool


Message: TypeAlias = (
    Entered | StateChanged | HangingUp | Left | Destroyed | KeyPressed | Held | PlaybackOver | RecordingOver
)

_OF_CHANNEL: dict[str, Callable[[str, Json], Message]] = {
    "StasisStart": lambda name, event: Entered(name, tuple(event["args"]), event["channel"]["caller"]["number"]),
    "StasisEnd": lambda name, event: Left(name),
    "ChannelStateChange": lambda name, event: StateChanged(name, event["channel"]["state"]),
    "ChannelHangupRequest": lambda name, event: HangingUp(name, _requested(event)),
    "ChannelDestroyed": lambda name, event: Destroyed(name, cause(event["cause"])),
    "ChannelDtmfReceived": lambda name, event: KeyPressed(
        name, event["digit"], timedelta(milliseconds=event["duration_ms"])
    ),
    "ChannelHold": lambda name, event: Held(name, True),
    "ChannelUnhold": lambda name, event: Held(name, False),
}
_OF_RECORDING = ("RecordingFinished", "RecordingFailed")
HEARD = (*_OF_CHANNEL, "PlaybackFinished", *_OF_RECORDING, "ApplicationReplaced")
"""The kinds of event to ask for; Asterisk keeps the others to itself."""


def message(event: Json) -> Message | None:
    """None for an event that nobody acts on."""
    kind = event["type"]
    if kind in _OF_CHANNEL:
        return _OF_CHANNEL[kind](event["channel"]["id"].removesuffix(OWN), event)
    if kind == "PlaybackFinished":
        return PlaybackOver(event["playback"]["id"], event["playback"]["state"] == "failed")
    if kind in _OF_RECORDING:
        return RecordingOver(event["recording"]["name"], kind == "RecordingFailed")
    return None


def instant(event: Json) -> datetime:
    """When Asterisk says that it happened, in UTC."""
    return datetime.fromisoformat(event["timestamp"]).astimezone(UTC)


def cause(code: int) -> Cause:
    """Of a number of Q.850."""
    return _BY_CODE.get(code, Cause.SWITCH_FAILURE)


def _requested(event: Json) -> Cause:
    """With ``soft`` the request is Asterisk's own, and its number one of Asterisk's flags instead of Q.850's."""
    code = event.get("cause", 0)
    if event.get("soft"):
        return Cause.MEDIA_LOST if code & _SOFT_BY_DEVICE else Cause.NORMAL
    return cause(code)
