"""The works of one run of the switch: what orders and telephones set going, one thing after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tellerline.adapters.clock import Clock, Randomness
from tellerline.simulators.softswitch.board import Board, Tell
from tellerline.simulators.softswitch.calls import Calls
from tellerline.simulators.softswitch.collecting import Collector
from tellerline.simulators.softswitch.legs import Leg
from tellerline.simulators.softswitch.mixing import Mixer
from tellerline.simulators.softswitch.phones import Phone
from tellerline.simulators.softswitch.playing import Player, PromptTable
from tellerline.simulators.softswitch.recording import Recorder
from tellerline.simulators.softswitch.tones import TrackPart


class Exchange:
    """From power-on to power-off. ``tell`` hears its events in the order in which they happen; ``changed`` is called
    after whatever its timers did."""

    def __init__(
        self,
        clock: Clock,
        randomness: Randomness,
        run: str,
        *,
        tell: Tell,
        changed: Callable[[], None],
        find: Callable[[str], Phone | None],
        prompts: PromptTable,
        shelf: dict[str, list[TrackPart]],
        tone: Callable[[str], int],
        media_patience: float,
    ) -> None:
        self.board = Board(clock, run, tell, changed)
        self.recorder = Recorder(self.board, shelf, tone)
        self.player = Player(self.board, prompts, self.recorder)
        self.mixer = Mixer(self.board, self.player.heard, self.player.end)
        self.collector = Collector(self.board, randomness, self.recorder.update)
        endings = (self.player.end, self.collector.end, self.recorder.end, self.mixer.end)
        self.calls = Calls(self.board, find, endings, media_patience=media_patience)

    def press(self, leg: Leg, key: str) -> None:
        """Where the leg collects secret digits, the key goes there and nowhere else."""
        if not leg.media or leg.held:
            return
        if leg.collection is not None:
            self.collector.key(leg.collection, key)
            return
        self.recorder.press(leg, key)
        self.board.tell("digit", leg=leg.id, digit=key)

    def hold(self, leg: Leg, held: bool) -> None:
        if leg.held is not held:
            leg.held = held
            self.recorder.update(leg)
            self.board.tell("phone_held" if held else "phone_retrieved", leg=leg.id)

    def media(self, leg: Leg, arrives: bool) -> None:
        self.calls.media(leg, arrives)
        self.recorder.update(leg)

    def power_off(self, phones: Iterable[Phone]) -> None:
        """Every leg is gone, and nobody is told but the telephones."""
        self.recorder.abandon()
        self.board.end()
        for phone in phones:
            phone.cut_off()
