"""What a running flow hears: of the caller, of the bank, and of the queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Digit:
    """One key, 0 to 9, * or #."""

    digit: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TimedOut:
    timer: int


@dataclass(frozen=True, slots=True)
class PlaybackEnded:
    """By itself: heard to its end, or failed. One that was stopped need not be told."""

    playback: int


@dataclass(frozen=True, slots=True)
class SecretCollected:
    """``sealed`` is there if all digits were; else ``silent`` says that time ran out, rather than that # came early."""

    collection: int
    sealed: bytes = field(default=b"", repr=False)
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """It was done, for certain; these are its results."""

    results: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done, for certain, and will not be. ``code`` is canonical."""

    code: str
    figures: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether it was done: neither success nor failure. ``reference`` finds it again, if there is one."""

    reference: str = ""


Outcome: TypeAlias = Done | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Answered:
    """Of the ``Call`` or the ``OfferCallback`` with this step."""

    step: int
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueUpdate:
    """``position`` counts from 1, ``wait`` is expected, in seconds, unless nothing is known of it. ``offer`` is what
    the queue now offers: ``callback``, ``voicemail``, or nothing."""

    position: int
    wait: float | None = None
    offer: str = ""


@dataclass(frozen=True, slots=True)
class QueueClosed:
    """Nobody serves the queue; the caller waits there no longer."""


@dataclass(frozen=True, slots=True)
class Served:
    """An agent has the caller from now on."""


@dataclass(frozen=True, slots=True)
class Released:
    """The agent has let the caller go, who is still there."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording has ended, whoever ended it."""

    recording: int


@dataclass(frozen=True, slots=True)
class TransferFailed:
    """Nobody answered there; the caller is back."""


@dataclass(frozen=True, slots=True)
class CallerGone:
    """The caller hung up."""


Input: TypeAlias = (
    Digit
    | TimedOut
    | PlaybackEnded
    | SecretCollected
    | Answered
    | QueueUpdate
    | QueueClosed
    | Served
    | Released
    | Recorded
    | TransferFailed
    | CallerGone
)
