"""What is up at the switch: legs, conversations, monitors."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from tellerline.adapters.clock import Timer

if TYPE_CHECKING:
    from tellerline.simulators.softswitch.collecting import Collection
    from tellerline.simulators.softswitch.phones import Phone
    from tellerline.simulators.softswitch.playing import Playback
    from tellerline.simulators.softswitch.recording import Recording


class LegState(StrEnum):
    OFFERED = "OFFERED"
    INITIATED = "INITIATED"
    ALERTING = "ALERTING"
    CONNECTED = "CONNECTED"


class Cause(StrEnum):
    """Why a leg ended."""

    NORMAL = "NORMAL"
    BUSY = "BUSY"
    NO_ANSWER = "NO_ANSWER"
    REJECTED = "REJECTED"
    UNREACHABLE = "UNREACHABLE"
    MEDIA_LOST = "MEDIA_LOST"
    SWITCH_FAILURE = "SWITCH_FAILURE"


class Ended(StrEnum):
    """How a playback or a recording ended."""

    DONE = "DONE"
    STOPPED = "STOPPED"
    FAILED = "FAILED"


@dataclass(slots=True, eq=False, kw_only=True)
class Leg:
    """One telephone's connection with the switch, in whatever state."""

    id: str
    phone: Phone
    state: LegState
    incoming: bool
    number: str
    called: str = ""
    ringing: Timer | None = None
    silence: Timer | None = None
    """Runs while nothing is heard of the telephone."""
    media: bool = True
    held: bool = False
    conversation: Conversation | None = None
    music: bool = False
    playbacks: deque[Playback] = field(default_factory=deque)
    """The first one is heard, the others wait for it."""
    collection: Collection | None = None
    recordings: dict[str, Recording] = field(default_factory=dict)
    monitors: dict[str, Monitor] = field(default_factory=dict)
    """Who sits in on this leg."""
    listening: Monitor | None = None

    @property
    def voiced(self) -> bool:
        """Whether something of the telephone's own arrives here."""
        return self.state is LegState.CONNECTED and self.media and not self.held and self.phone.speaking


@dataclass(slots=True, eq=False)
class Conversation:
    """``members`` in the order of their coming, and whether each is muted."""

    id: str
    members: dict[Leg, bool] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Monitor:
    id: str
    leg: Leg
    listener: Leg
    whisper: bool
