"""What the connector knows of the switch: as of the last event that it told, and the last order that was taken."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from tellerline.adapters.clock import Timer
from tellerline.connectors.asterisk.keys import Heard
from tellerline.connectors.telephony.events import Cause, SecretEnd
from tellerline.connectors.telephony.snapshot import LegSeen, LegState, Snapshot
from tellerline.connectors.telephony.switch import Listening, Seal, SecretPlan

OWN = "~"
"""In the ids of channels and bridges that the connector makes for itself, and in no id of a controller's.

Asterisk takes an id that another one begins with for that other one, so every channel's id of ours ends with it.
"""
_REMEMBERED = 20_000


@dataclass(slots=True, kw_only=True)
class Leg:
    """``music`` and ``muted`` are None if another controller had the leg before."""

    id: str
    incoming: bool
    number: str
    state: LegState
    called: str = ""
    conversation: str | None = None
    music: bool | None = False
    muted: bool | None = False
    told: bool = False
    """Whether an event or a snapshot spoke of it."""
    uncertain: bool = False
    """No answer came when it was dialled."""
    cause: Cause | None = None
    """Why it is ending, as soon as that is known."""
    over: bool = False
    """It is gone at the switch; ``Cleared`` waits for its recordings."""
    heard: Heard | None = None
    """The last key that was told of."""


@dataclass(slots=True)
class Playback:
    """``uncertain`` if no answer came when it was begun; ``lacking`` if what would come next is not there."""

    id: str
    leg: str
    stopped: bool = False
    uncertain: bool = False
    lacking: bool = False


@dataclass(slots=True)
class Recording:
    """``paused`` as the controller wants it, besides any secret."""

    id: str
    leg: str
    paused: bool = False
    stopped: bool = False


@dataclass(slots=True, kw_only=True)
class Monitor:
    id: str
    leg: str
    listener: str
    listening: Listening
    snoop: str


@dataclass(slots=True, kw_only=True)
class Collection:
    """Without a ``seal`` it only swallows keys: some were lost with the link or the controller of before."""

    id: str
    leg: str
    plan: SecretPlan
    seal: Seal | None
    digits: list[str] = field(default_factory=list, repr=False)
    pressed: float = 0.0
    """When the last key was, by the monotonic clock."""
    timer: Timer | None = None
    end: SecretEnd | None = None
    """Known, and told as soon as the leg may be heard again."""
    sealed: bytes = b""


class Ids:
    """The last ids that were used up."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()

    def add(self, used: str) -> None:
        self._ids[used] = None
        if len(self._ids) > _REMEMBERED:
            self._ids.popitem(last=False)

    def __contains__(self, used: str) -> bool:
        return used in self._ids


class Model:
    """Everything that is up, by id, and the ids of what was."""

    def __init__(self) -> None:
        self.legs: dict[str, Leg] = {}
        self.conversations: set[str] = set()
        self.playbacks: dict[str, Playback] = {}
        self.recordings: dict[str, Recording] = {}
        self.monitors: dict[str, Monitor] = {}
        self.collections: dict[str, Collection] = {}
        self.used = {kind: Ids() for kind in ("leg", "playback", "recording", "monitor", "collection")}

    def clear(self) -> None:
        """The switch has forgotten everything; used ids stay used."""
        for kind, things in (
            ("leg", self.legs),
            ("playback", self.playbacks),
            ("recording", self.recordings),
            ("monitor", self.monitors),
            ("collection", self.collections),
        ):
            for used in things:
                self.used[kind].add(used)
            things.clear()
        self.conversations.clear()

    def channel(self, leg: str) -> str:
        """The channel of a leg: those that we dialled have an id of our making."""
        known = self.legs.get(leg)
        return f"{leg}{OWN}" if known and not known.incoming else leg

    def collecting(self, leg: str) -> Collection | None:
        return next((each for each in self.collections.values() if each.leg == leg), None)

    def recordings_of(self, leg: str) -> list[Recording]:
        return [each for each in self.recordings.values() if each.leg == leg]

    def monitors_of(self, leg: str) -> list[Monitor]:
        return [each for each in self.monitors.values() if each.leg == leg]

    def listens(self, leg: str) -> Monitor | None:
        return next((each for each in self.monitors.values() if each.listener == leg), None)

    def snapshot(self) -> Snapshot:
        """Marks all legs as told."""
        members: dict[str, set[str]] = {conversation: set() for conversation in self.conversations}
        for leg in self.legs.values():
            leg.told = True
            if leg.conversation in members:
                members[leg.conversation].add(leg.id)
        return Snapshot(
            legs={
                leg.id: LegSeen(
                    leg=leg.id, state=leg.state, incoming=leg.incoming, number=leg.number, called=leg.called
                )
                for leg in self.legs.values()
            },
            conversations={conversation: frozenset(legs) for conversation, legs in members.items()},
            recordings={each.id: each.leg for each in self.recordings.values()},
            monitors={each.id: (each.leg, each.listener) for each in self.monitors.values()},
        )
