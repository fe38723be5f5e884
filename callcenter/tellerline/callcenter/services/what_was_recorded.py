"""What the facts of a call tell of its recordings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.words import Role
from tellerline.connectors.telephony.events import Ended


@dataclass(slots=True)
class Pause:
    """A secret was typed; ``ended`` is None while it is."""

    collection: str
    began: datetime
    ended: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Recording:
    """``box`` is that of a message. ``ended`` is None while it runs."""

    id: str
    leg: str
    role: Role | None
    party: str
    box: str
    began: datetime
    ended: datetime | None = None
    failed: bool = False
    pauses: list[Pause] = field(default_factory=list)

    @property
    def length(self) -> timedelta | None:
        """Of the file."""
        if self.ended is None:
            return None
        cut = ((pause.ended or self.ended) - pause.began for pause in self.pauses)
        return self.ended - self.began - sum(cut, timedelta())


class _Reading:
    def __init__(self) -> None:
        self.parties: dict[str, tuple[Role, str]] = {}
        self.found: dict[str, Recording] = {}

    def read(self, fact: object) -> None:
        match fact:
            case f.CallArrived(leg=leg, caller=caller):
                self.parties[leg] = Role.CUSTOMER, caller
            case f.LegDialled(leg=leg, role=role, party=party):
                self.parties[leg] = role, party
            case f.RecordingStarted():
                self._started(fact)
            case f.RecordingEnded(recording=name, end=end) if name in self.found:
                self._ended(self.found[name], fact.at, failed=end is Ended.FAILED)
            case f.LegEnded(leg=leg):
                for recording in self._running(leg):
                    self._ended(recording, fact.at, failed=True)
            case f.SecretAsked(leg=leg, collection=collection):
                for recording in self._running(leg):
                    recording.pauses.append(Pause(collection, fact.at))
            case f.SecretTaken(leg=leg, collection=collection):
                self._resumed(leg, collection, fact.at)
            case _:
                pass

    def _started(self, fact: f.RecordingStarted) -> None:
        role, party = self.parties.get(fact.leg, (None, ""))
        self.found[fact.recording] = Recording(
            id=fact.recording, leg=fact.leg, role=role, party=party, box=fact.box, began=fact.at
        )

    def _ended(self, recording: Recording, at: datetime, *, failed: bool) -> None:
        recording.ended, recording.failed = at, failed

    def _resumed(self, leg: str, collection: str, at: datetime) -> None:
        for recording in self._running(leg):
            for pause in recording.pauses:
                if pause.collection == collection:
                    pause.ended = at

    def _running(self, leg: str) -> list[Recording]:
        return [each for each in self.found.values() if each.leg == leg and each.ended is None]


def recordings(facts: Iterable[object]) -> Sequence[Recording]:
    """In the order in which they began. One whose leg is gone without a word of its end has failed."""
    reading = _Reading()
    for fact in facts:
        reading.read(fact)
    return list(reading.found.values())
