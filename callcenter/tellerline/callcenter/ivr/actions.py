"""What a running flow asks for. Numbers are unique within one call; the answer to an action names its number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Say:
    """A prompt by its full name, with the values that it says."""

    prompt: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Play:
    """One prompt after the other; ``PlaybackEnded`` is due for it."""

    playback: int
    says: tuple[Say, ...]
    language: str


@dataclass(frozen=True, slots=True)
class StopPlaying:
    playback: int


@dataclass(frozen=True, slots=True)
class Music:
    """On hold, for this caller alone."""

    on: bool


@dataclass(frozen=True, slots=True)
class CollectSecret:
    """Take ``length`` digits that nobody may see; ``SecretCollected`` is due. Seconds to the first, and between two."""

    collection: int
    length: int
    first: int
    between: int


@dataclass(frozen=True, slots=True)
class StopCollecting:
    collection: int


@dataclass(frozen=True, slots=True)
class StartTimer:
    """``TimedOut`` is due after so many seconds. One that is late, or that nobody waits for any more, does no harm."""

    timer: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Call:
    """Ask for an operation; ``Answered`` is due. Carried out again with the same step it is the same transaction."""

    step: int
    operation: str
    fields: Mapping[str, str] = field(repr=False)
    sealed: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class EnterQueue:
    queue: str


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """The caller waits there no longer, by his own will."""

    queue: str


@dataclass(frozen=True, slots=True)
class OfferCallback:
    """Call back later instead of letting the caller wait, in the same place; ``Answered`` says whether it was taken.
    ``enters``: he does not wait yet."""

    step: int
    queue: str
    number: str = field(repr=False)
    enters: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """Record what the caller says after a tone; ``Recorded`` is due after ``StopRecording``, or once nothing was said
    for ``silence`` seconds."""

    recording: int
    box: str
    silence: int = 0


@dataclass(frozen=True, slots=True)
class StopRecording:
    recording: int


@dataclass(frozen=True, slots=True)
class TransferTo:
    """Hand the caller over: to an outside number, or to ``agent``, whom he came from, with a word about the result."""

    to: str
    result: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Entries for the call record."""

    entries: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody should see to it at once that the bank did not do what it was asked."""

    operation: str
    code: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """The flow has ended with a word for whoever began it; the caller is still there."""

    result: str


@dataclass(frozen=True, slots=True)
class HangUp:
    pass


@dataclass(frozen=True, slots=True)
class Note:
    """A step for trace and call record. It never holds what was typed, but for the key of a menu."""

    flow: str
    node: str
    what: str
    detail: str = ""


Action: TypeAlias = (
    Play
    | StopPlaying
    | Music
    | CollectSecret
    | StopCollecting
    | StartTimer
    | Call
    | EnterQueue
    | LeaveQueue
    | OfferCallback
    | Record
    | StopRecording
    | TransferTo
    | Keep
    | Alert
    | Finished
    | HangUp
    | Note
)
