"""What becomes of each of Asterisk's events."""

from __future__ import annotations

import logging

from tellerline.adapters.clock import Timer
from tellerline.connectors.asterisk.board import Board
from tellerline.connectors.asterisk.keys import Report, hear
from tellerline.connectors.asterisk.legs import Legs
from tellerline.connectors.asterisk.media import MediaRoom
from tellerline.connectors.asterisk.messages import (
    Destroyed,
    Entered,
    HangingUp,
    Held,
    KeyPressed,
    Left,
    Message,
    PlaybackOver,
    RecordingOver,
    StateChanged,
    instant,
    message,
)
from tellerline.connectors.asterisk.model import Leg
from tellerline.connectors.asterisk.monitoring import MONITOR, MonitoringRoom
from tellerline.connectors.asterisk.recording import RECORD, RecordingRoom
from tellerline.connectors.asterisk.rest import Json
from tellerline.connectors.asterisk.secrets import SecretRoom
from tellerline.connectors.telephony.events import Digit, Ended
from tellerline.connectors.telephony.snapshot import LegState

_KEYS = frozenset("0123456789*#")
_RECORDING_SECONDS = 3.0
"""How long a leg that is gone waits for the switch to complete its recordings."""
_log = logging.getLogger(__name__)


class Hearing:
    """Hands events on in their order. One that cannot be understood is logged by the kind of error alone."""

    def __init__(
        self,
        board: Board,
        *,
        legs: Legs,
        media: MediaRoom,
        recording: RecordingRoom,
        monitoring: MonitoringRoom,
        secrets: SecretRoom,
    ) -> None:
        self._board = board
        self._legs = legs
        self._media = media
        self._recording = recording
        self._monitoring = monitoring
        self._secrets = secrets
        self._timers: dict[str, Timer] = {}

    def hear(self, event: Json) -> None:
        try:
            heard = message(event)
            if heard:
                self._board.at = instant(event)
                self._act(heard)
        except Exception as error:
            _log.error("an event of Asterisk failed: %s", type(error).__name__)
        finally:
            self._board.at = None

    def over(self, leg_id: str) -> None:
        """A leg is gone at the switch: end all that is on it, and then the leg."""
        model = self._board.model
        leg = model.legs.get(leg_id)
        if leg is None:
            return
        if not leg.over:
            leg.over = True
            for playback in [each for each in model.playbacks.values() if each.leg == leg_id]:
                self._media.end(playback, Ended.STOPPED)
            self._secrets.leg_over(leg_id)
            self._monitoring.end_all(leg_id)
        if not model.recordings_of(leg_id):
            self._gone(leg)
        elif leg_id not in self._timers:
            self._timers[leg_id] = self._board.clock.call_later(_RECORDING_SECONDS, lambda: self._give_up(leg))

    def forget(self) -> None:
        """The switch was restarted."""
        self.close()
        self._board.model.clear()

    def link_lost(self) -> None:
        """A key may be told again in the gap, so that the next report is of a key of its own."""
        for leg in self._board.model.legs.values():
            leg.heard = None

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        for collection in self._board.model.collections.values():
            if collection.timer:
                collection.timer.cancel()

    def _act(self, heard: Message) -> None:
        match heard:
            case Entered():
                if heard.args[:1] in ((RECORD,), (MONITOR,)):
                    self._board.entered(heard.channel)
                else:
                    self._legs.entered(heard)
            case StateChanged():
                self._legs.changed(heard)
            case HangingUp():
                self._legs.hanging_up(heard)
            case Left():
                self.over(heard.channel)
            case Destroyed():
                self._legs.destroyed(heard)
                self.over(heard.channel)
            case KeyPressed():
                self._pressed(heard)
            case Held():
                self._legs.held(heard)
            case PlaybackOver():
                self._media.over(heard)
            case RecordingOver():
                self._recorded(heard)

    def _pressed(self, heard: KeyPressed) -> None:
        leg = self._board.model.legs.get(heard.channel)
        if leg is None:
            return
        leg.heard = hear(leg.heard, Report(heard.key, heard.length, self._board.now()))
        if leg.heard.again:
            return
        if leg.state is LegState.CONNECTED and not self._secrets.took(heard) and heard.key in _KEYS:
            self._board.tell(Digit(at=self._board.now(), leg=leg.id, digit=heard.key))

    def _recorded(self, heard: RecordingOver) -> None:
        recording = self._board.model.recordings.get(heard.recording)
        self._recording.over(heard)
        leg = self._board.model.legs.get(recording.leg) if recording else None
        if leg and leg.over:
            self.over(leg.id)

    def _give_up(self, leg: Leg) -> None:
        for recording in self._board.model.recordings_of(leg.id):
            self._recording.end(recording, Ended.FAILED)
        self._gone(leg)

    def _gone(self, leg: Leg) -> None:
        timer = self._timers.pop(leg.id, None)
        if timer:
            timer.cancel()
        self._legs.gone(leg)
