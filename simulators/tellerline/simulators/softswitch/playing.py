"""Prompts: how long each takes, and one after the other on a leg."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tellerline.adapters.clock import Timer
from tellerline.simulators.softswitch.board import Board, OrderRefusedError, Reason
from tellerline.simulators.softswitch.legs import Ended, Leg

_PROMPT = re.compile(
    r"sound:\w[\w-]*(?:/\w[\w-]*)*|digits:[0-9*#]+|number:-?[0-9]+|recording:.+|silence:[0-9]{1,7}", re.ASCII
)


class Recorded(Protocol):
    """Recordings that have ended, as a player needs them."""

    def seconds(self, name: str) -> float | None: ...
    def voice(self, name: str, seconds: float) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTable:
    """Seconds of each sound, by ``<name>`` or, going before it, ``<language>/<name>``; and of every other.

    Without ``other``, a sound that the table does not name is not there.
    """

    sounds: Mapping[str, float] = field(default_factory=dict)
    other: float | None = 2.0
    digit: float = 0.5

    def seconds(self, prompt: str, language: str, recorded: Callable[[str], float | None]) -> float | None:
        """How long it takes; None when it is not there. ``recorded`` tells it of a recording."""
        kind, _, name = prompt.partition(":")
        if kind == "silence":
            return int(name) / 1000
        if kind in ("digits", "number"):
            return self.digit * len(name)
        if kind == "recording":
            return recorded(name)
        return self.sounds.get(f"{language}/{name}", self.sounds.get(name, self.other))


@dataclass(slots=True, eq=False)
class Playback:
    """``place`` counts the prompts that were begun."""

    id: str
    leg: Leg
    prompts: Sequence[str]
    language: str
    place: int = 0
    since: float = 0.0
    """When the prompt that plays now began, on the clock's monotonic time."""
    timer: Timer | None = None

    @property
    def prompt(self) -> str:
        """The one that plays now."""
        return self.prompts[self.place - 1] if self.place else ""


class Player:
    """Playbacks of one leg wait for each other."""

    def __init__(self, board: Board, table: PromptTable, recordings: Recorded) -> None:
        self._board = board
        self._table = table
        self._recordings = recordings
        self._running: dict[str, Playback] = {}

    def play(self, name: str, leg_name: str, prompts: Sequence[str], language: str) -> None:
        wrong = [prompt for prompt in prompts if not _PROMPT.fullmatch(prompt)]
        if wrong:
            raise OrderRefusedError(Reason.REFUSED, f"no prompt: {wrong[0][:40]}")
        leg = self._board.connected(leg_name)
        if not self._board.first_use("playback", name):
            return
        playback = Playback(name, leg, tuple(prompts), language)
        self._running[name] = playback
        leg.playbacks.append(playback)
        if leg.playbacks[0] is playback:
            self._go_on(playback)

    def stop(self, name: str) -> None:
        playback = self._running.get(name)
        if playback is not None:
            self._finish(playback, Ended.STOPPED)

    def end(self, leg: Leg) -> None:
        """Every playback of the leg is over; those that waited are told last."""
        playing = list(leg.playbacks)
        leg.playbacks.clear()
        for playback in playing:
            self._finish(playback, Ended.STOPPED)

    def heard(self, playback: Playback) -> str:
        """What its leg hears now: ``prompt:<prompt>``, whoever speaks in a recording, or empty for silence."""
        kind, _, name = playback.prompt.partition(":")
        if kind == "recording":
            return self._recordings.voice(name, self._board.clock.monotonic() - playback.since)
        return "" if kind == "silence" else f"prompt:{playback.prompt}"

    def _go_on(self, playback: Playback) -> None:
        """Begin the next prompt, or end."""
        if playback.place == len(playback.prompts):
            self._finish(playback, Ended.DONE)
            return
        seconds = self._table.seconds(playback.prompts[playback.place], playback.language, self._recordings.seconds)
        if seconds is None:
            self._finish(playback, Ended.FAILED)
            return
        playback.place += 1
        playback.since = self._board.clock.monotonic()
        playback.timer = self._board.later(seconds, lambda: self._go_on(playback))

    def _finish(self, playback: Playback, end: Ended) -> None:
        if playback.timer is not None:
            playback.timer.cancel()
        del self._running[playback.id]
        waiting = playback.leg.playbacks
        first = bool(waiting) and waiting[0] is playback
        if playback in waiting:
            waiting.remove(playback)
        self._board.tell("playback_ended", playback=playback.id, leg=playback.leg.id, end=end)
        if first and waiting:
            self._go_on(waiting[0])
