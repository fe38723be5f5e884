"""What a site wants carried out, in order: the switch port's methods as data, and word to the IVR.

Ids are the site's own; an order may be given twice with the same id, which has no further effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

from tellerline.connectors.telephony.events import Cause, Ended, SecretEnd
from tellerline.connectors.telephony.switch import Listening, Media, SecretPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class LegOrder:
    """Orders for one leg are carried out in the order in which they were given."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(LegOrder):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial(LegOrder):
    address: str
    caller: str = ""
    ring: timedelta = timedelta(seconds=30)
    auto_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clear(LegOrder):
    cause: Cause = Cause.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Play(LegOrder):
    playback: str
    prompts: tuple[str, ...]
    language: str = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(LegOrder):
    playback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Music(LegOrder):
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectSecret(LegOrder):
    """The seal is the executor's."""

    collection: str
    plan: SecretPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class StopCollecting(LegOrder):
    collection: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(LegOrder):
    conversation: str
    media: Media = Media.BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(LegOrder):
    conversation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor(LegOrder):
    """``leg`` is the one listened to."""

    monitor: str
    listener: str
    listening: Listening


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMonitoring(LegOrder):
    """``leg`` is the listener's."""

    monitor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(LegOrder):
    """``silence``: it ends by itself after so much of it; zero: it does not."""

    recording: str
    silence: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording(LegOrder):
    recording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConversation:
    """Before any leg joins it."""

    conversation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseConversation:
    """After every leg has left it."""

    conversation: str


class IvrNews(StrEnum):
    """``ENTERED``: begin the flow at the node (after a restart too). ``LEFT``: the call is elsewhere, forget the flow.
    ``WAITS``: how the caller stands in the queue now. ``RECORDED``: his message has ended. ``NO_ANSWER``: nobody
    answered outside, and he is back."""

    ENTERED = "ENTERED"
    LEFT = "LEFT"
    WAITS = "WAITS"
    RECORDED = "RECORDED"
    NO_ANSWER = "NO_ANSWER"
    DIGIT = "DIGIT"
    PLAYED = "PLAYED"
    SECRET = "SECRET"  # noqa: S105 the word, not one


@dataclass(frozen=True, slots=True, kw_only=True)
class TellIvr:
    """News for the interpreter of the call's flow. It is not kept anywhere: digits and sealed blocks pass by.

    ``position`` counts from 1, ``wait`` is in seconds, None while nothing is known of it. ``outside``: a telephone
    there is being called for the caller."""

    call: str
    flow: str
    news: IvrNews
    node: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    queue: str = ""
    outside: bool = False
    digit: str = ""
    mark: int = 0
    played: Ended | None = None
    secret: SecretEnd | None = None
    sealed: bytes = b""
    position: int = 0
    wait: float | None = None
    offer: str = ""


SwitchOrder: TypeAlias = (
    Answer
    | Dial
    | Clear
    | Play
    | Stop
    | Music
    | CollectSecret
    | StopCollecting
    | Join
    | Leave
    | Monitor
    | StopMonitoring
    | Record
    | StopRecording
    | OpenConversation
    | CloseConversation
)
Order: TypeAlias = SwitchOrder | TellIvr
