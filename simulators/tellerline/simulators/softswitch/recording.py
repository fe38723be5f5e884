"""What a leg says, kept as who was heard when; a WAV file is made of it when somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tellerline.adapters.clock import Timer
from tellerline.simulators.softswitch.board import Board, OrderRefusedError, Reason
from tellerline.simulators.softswitch.legs import Ended, Leg
from tellerline.simulators.softswitch.tones import TrackPart, wav


@dataclass(slots=True, eq=False)
class Recording:
    """``parts`` are what was recorded until ``since``, an instant of the clock's monotonic time; ``voice`` and
    ``veiled`` what holds from then on."""

    id: str
    leg: Leg
    since: float
    paused: bool = False
    veiled: bool = False
    voice: str = ""
    parts: list[TrackPart] = field(default_factory=list)
    silence: float = 0.0
    """Seconds of it after which the recording ends by itself; 0: never."""
    quiet: Timer | None = None
    """Runs while nobody is heard."""

    def catch_up(self, now: float) -> None:
        if not self.veiled and now > self.since:
            self.parts.append(TrackPart(now - self.since, self.voice))
        self.since = now

    def press(self, key: str) -> None:
        if not self.veiled:
            self.parts.append(TrackPart(0.0, key=key))


class Recorder:
    """Recordings that have ended outlive the run of the switch, in ``shelf``, by id."""

    def __init__(self, board: Board, shelf: dict[str, list[TrackPart]], tone: Callable[[str], int]) -> None:
        self._board = board
        self._shelf = shelf
        self._tone = tone
        self._running: dict[str, Recording] = {}
        self._last = ("", b"")
        self.disk_full = False

    def record(self, name: str, leg_name: str, silence: float = 0.0) -> None:
        leg = self._board.connected(leg_name)
        if name in self._shelf or not self._board.first_use("recording", name):
            return
        recording = Recording(name, leg, self._board.clock.monotonic(), silence=silence)
        self._running[name] = leg.recordings[name] = recording
        if self.disk_full:
            self._finish(recording, Ended.FAILED)
        else:
            self._attend(recording)

    def pause(self, name: str, paused: bool) -> None:
        recording = self._running.get(name)
        if recording is None:
            raise OrderRefusedError(Reason.NO_SUCH_RECORDING, name)
        recording.paused = paused
        self.update(recording.leg)

    def stop(self, name: str) -> None:
        recording = self._running.get(name)
        if recording is not None:
            self._finish(recording, Ended.STOPPED)

    def end(self, leg: Leg) -> None:
        for recording in list(leg.recordings.values()):
            self._finish(recording, Ended.DONE)

    def fill_disk(self) -> None:
        """Every recording fails, those that run and those to come; what there is of them is kept."""
        self.disk_full = True
        for recording in list(self._running.values()):
            self._finish(recording, Ended.FAILED)

    def abandon(self) -> None:
        """The switch dies: what there is of each recording stays on the disk, and nobody is told."""
        for recording in self._running.values():
            recording.catch_up(self._board.clock.monotonic())
            self._shelf[recording.id] = recording.parts

    def update(self, leg: Leg) -> None:
        """Something changed at this instant that may change what the leg says, or whether that is recorded."""
        for recording in leg.recordings.values():
            recording.catch_up(self._board.clock.monotonic())
            self._attend(recording)

    def press(self, leg: Leg, key: str) -> None:
        """A key's tones, which a recording keeps unless it is veiled."""
        self.update(leg)
        for recording in leg.recordings.values():
            recording.press(key)

    def voice(self, name: str, seconds: float) -> str:
        """Who is heard so many seconds into a recording that has ended; empty for nobody."""
        for part in self._shelf[name]:
            if seconds < part.seconds:
                return part.voice
            seconds -= part.seconds
        return ""

    def seconds(self, name: str) -> float | None:
        """How long a recording that has ended takes; None when there is none."""
        parts = self._shelf.get(name)
        return None if parts is None else sum(part.seconds for part in parts)

    def wav(self, name: str) -> bytes:
        """The file, made anew unless it was the last one asked for."""
        if name in self._running:
            raise OrderRefusedError(Reason.WRONG_STATE, f"{name} still runs")
        if name not in self._shelf:
            raise OrderRefusedError(Reason.NO_SUCH_RECORDING, name)
        if self._last[0] != name:
            self._last = (name, wav(self._shelf[name], self._tone))
        return self._last[1]

    def _attend(self, recording: Recording) -> None:
        leg = recording.leg
        recording.voice = leg.phone.number if leg.voiced else ""
        recording.veiled = recording.paused or leg.collection is not None
        quiet = bool(recording.silence) and not recording.voice and not recording.veiled
        if recording.quiet is not None and not quiet:
            recording.quiet.cancel()
            recording.quiet = None
        elif recording.quiet is None and quiet:
            recording.quiet = self._board.later(recording.silence, lambda: self._finish(recording, Ended.DONE))

    def _finish(self, recording: Recording, end: Ended) -> None:
        recording.catch_up(self._board.clock.monotonic())
        if recording.quiet is not None:
            recording.quiet.cancel()
        del self._running[recording.id], recording.leg.recordings[recording.id]
        self._shelf[recording.id] = recording.parts
        self._board.tell("recording_ended", recording=recording.id, leg=recording.leg.id, end=end)
