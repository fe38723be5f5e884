"""What somebody knows of a switch who remembers his orders that were taken, and follows its events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tellerline.connectors.telephony.events import (
    Alerting,
    Cleared,
    Connected,
    LinkLost,
    LinkRestored,
    Offered,
    PlaybackEnded,
    RecordingEnded,
    SecretCollected,
    SwitchEvent,
)
from tellerline.connectors.telephony.snapshot import LegSeen, LegState, Snapshot


@dataclass(kw_only=True)
class SwitchModel:
    """``ends`` counts, for each leg, playback, recording and collection by kind and id, how often it ended."""

    legs: dict[str, LegSeen] = field(default_factory=dict)
    conversations: dict[str, set[str]] = field(default_factory=dict)
    recordings: dict[str, str] = field(default_factory=dict)
    monitors: dict[str, tuple[str, str]] = field(default_factory=dict)
    begun: set[tuple[str, str]] = field(default_factory=set)
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    mistakes: list[str] = field(default_factory=list)
    known: bool = True
    """False from the loss of the link until ``resume``."""
    gaps: int = 0
    restarted: bool = False

    def resume(self, snapshot: Snapshot) -> None:
        """Believe a snapshot, now that the link is back. After a restart ids are new again, but not recordings'."""
        self.legs, self.recordings = dict(snapshot.legs), dict(snapshot.recordings)
        self.monitors = dict(snapshot.monitors)
        self.conversations = {name: set(legs) for name, legs in snapshot.conversations.items()}
        if self.restarted:
            self.begun = {thing for thing in self.begun if thing[0] == "recording"}
            self.ends = Counter({thing: count for thing, count in self.ends.items() if thing[0] == "recording"})
        self.begun |= {("leg", leg) for leg in snapshot.legs}
        self.known, self.restarted = True, False
        self.gaps += 1

    def snapshot(self) -> Snapshot:
        return Snapshot(
            legs=self.legs,
            conversations={name: frozenset(legs) for name, legs in self.conversations.items()},
            recordings=self.recordings,
            monitors=self.monitors,
        )

    def begin(self, kind: str, name: str) -> bool:
        """An order with this id was taken; whether it is the first one."""
        first = (kind, name) not in self.begun
        self.begun.add((kind, name))
        return first

    def dialled(self, leg: str, number: str) -> None:
        if self.begin("leg", leg):
            self.legs[leg] = LegSeen(leg=leg, state=LegState.INITIATED, incoming=False, number=number)

    def left(self, leg: str) -> None:
        for members in self.conversations.values():
            members.discard(leg)

    def follow(self, event: SwitchEvent) -> None:
        match event:
            case LinkLost():
                self.known = False
                return
            case LinkRestored():
                self.restarted |= event.restarted
                return
            case _ if not self.known:
                return
            case Offered():
                self.begin("leg", event.leg)
                self.legs[event.leg] = LegSeen(
                    leg=event.leg, state=LegState.OFFERED, incoming=True, number=event.caller, called=event.called
                )
            case Alerting():
                self._becomes(event.leg, LegState.ALERTING)
            case Connected():
                self._becomes(event.leg, LegState.CONNECTED)
            case PlaybackEnded():
                self._ended("playback", event.playback, event)
            case RecordingEnded():
                self._ended("recording", event.recording, event)
                self.recordings.pop(event.recording, None)
            case SecretCollected():
                self._ended("collection", event.collection, event)
            case Cleared():
                self._ended("leg", event.leg, event)
                self._gone(event.leg)
        if not isinstance(event, Cleared) and getattr(event, "leg", None) not in self.legs:
            self.mistakes.append(f"{event} of a leg that is not there")

    def _becomes(self, leg: str, state: LegState) -> None:
        before = self.legs.get(leg)
        if before is not None:
            self.legs[leg] = LegSeen(
                leg=leg, state=state, incoming=before.incoming, number=before.number, called=before.called
            )

    def _ended(self, kind: str, name: str, event: SwitchEvent) -> None:
        self.ends[kind, name] += 1
        if self.ends[kind, name] > 1 or (kind, name) not in self.begun:
            self.mistakes.append(f"{event} ends what was not begun or has ended before")

    def _gone(self, leg: str) -> None:
        self.left(leg)
        self.legs.pop(leg, None)
        self.monitors = {name: legs for name, legs in self.monitors.items() if leg not in legs}
        if leg in self.recordings.values():
            self.mistakes.append(f"{leg} went before its recording ended")
