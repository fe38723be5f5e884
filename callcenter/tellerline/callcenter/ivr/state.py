"""Where one caller is in his flow: small, frozen, and kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum


class Stage(StrEnum):
    """What the flow waits for."""

    SPEAKING = "SPEAKING"
    LISTENING = "LISTENING"
    SECRET = "SECRET"  # noqa: S105 - no password
    CALLING = "CALLING"
    QUEUED = "QUEUED"
    OFFERING = "OFFERING"
    RECORDING = "RECORDING"
    SERVED = "SERVED"
    HANDED_OVER = "HANDED_OVER"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True)
class Frame:
    """A node that leads on when the flow begun there ends."""

    flow: str
    version: int
    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the caller stands in line, and the node that put him there, ``depth`` flows deep."""

    queue: str
    at: Frame
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """``number`` is the last one that an action got; ``playback``, ``timer`` and ``step`` are those still waited for, 0
    where none is. ``typed`` is what was typed so far, never of a secret. ``after`` is the node to go to once what plays
    has been heard. ``values`` are the words that the flow has gathered."""

    flow: str
    version: int
    node: str
    stage: Stage = Stage.SPEAKING
    number: int = 0
    playback: int = 0
    timer: int = 0
    step: int = 0
    typed: str = field(default="", repr=False)
    misses: int = 0
    entered: int = 0
    overrun: bool = False
    music: bool = False
    announced: bool = False
    after: str = ""
    place: Place | None = None
    frames: tuple[Frame, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    hidden: tuple[str, ...] = ()
    """Values that were there when the state was written down, and were not."""

    @property
    def language(self) -> str:
        return self.values.get("language", "zh")

    def to_json(self) -> str:
        """All of it: not to be written down."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    def without(self, sensitive: Set[str]) -> State:
        """As it may be written down: without these values, and without what was typed so far."""
        values = {name: word for name, word in self.values.items() if name not in sensitive}
        hidden = tuple(sorted(name for name, word in self.values.items() if name in sensitive and word))
        return replace(self, values=values, typed="", hidden=hidden)

    @classmethod
    def from_json(cls, text: str) -> State:
        """Raises ``ValueError``, ``TypeError`` or ``KeyError`` for what ``to_json`` did not write."""
        read = json.loads(text)
        place = read.pop("place")
        frames = tuple(Frame(**frame) for frame in read.pop("frames"))
        if place is not None:
            place = Place(**(place | {"at": Frame(**place["at"])}))
        hidden = tuple(read.get("hidden", ()))
        return cls(**(read | {"stage": Stage(read["stage"]), "place": place, "frames": frames, "hidden": hidden}))
