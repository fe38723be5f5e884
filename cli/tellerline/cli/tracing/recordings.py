"""Where in a call's recordings an instant is heard: what was paused is not in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tellerline.cli.tracing.happened import Happened


@dataclass(slots=True)
class Pause:
    """A secret was typed; ``until`` is None while it is."""

    collection: str
    since: datetime
    until: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Recording:
    """What one leg said from ``began`` on; ``ended`` is None while it runs. A ``failed`` one may have less than that.

    Instants are those of the site's clock when it gave the order and heard of the end: a switch is some milliseconds
    behind with the first.
    """

    id: str
    leg: str
    began: datetime
    ended: datetime | None = None
    failed: bool = False
    pauses: list[Pause] = field(default_factory=list)

    def second(self, at: datetime) -> float | None:
        """How many seconds into the file ``at`` is; the place of the cut for one in a pause. None for an instant before
        the beginning or after the end."""
        if at < self.began or (self.ended is not None and at > self.ended):
            return None
        cut = sum((self._cut(pause, at) for pause in self.pauses), 0.0)
        return (at - self.began).total_seconds() - cut

    def _cut(self, pause: Pause, at: datetime) -> float:
        until = at if pause.until is None else min(pause.until, at)
        return max(0.0, (until - max(pause.since, self.began)).total_seconds())

    @property
    def seconds(self) -> float | None:
        """How long the file is; None while it grows."""
        return None if self.ended is None else self.second(self.ended)


def recordings(happened: Sequence[Happened]) -> list[Recording]:
    """Of a call, in the order in which they began."""
    found: dict[str, Recording] = {}
    pauses: dict[str, list[Pause]] = {}
    for event in happened:
        leg = event.text("leg")
        match event.kind:
            case "RecordingStarted":
                name = event.text("recording")
                found[name] = Recording(id=name, leg=leg, began=event.at, pauses=pauses.setdefault(leg, []))
            case "RecordingEnded" if event.text("recording") in found:
                recording = found[event.text("recording")]
                recording.ended, recording.failed = event.at, event.text("end") == "FAILED"
            case "SecretAsked":
                pauses.setdefault(leg, []).append(Pause(event.text("collection"), event.at))
            case "SecretTaken":
                for pause in pauses.get(leg, ()):
                    if pause.collection == event.text("collection"):
                        pause.until = event.at
            case _:
                pass
    return list(found.values())
