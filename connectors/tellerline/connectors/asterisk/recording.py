"""Recordings of what one leg says: a channel that listens to it, recorded.

A recorded bridge would mix both sides, and change how a telephone's own hold sounds; a listening channel does neither.
"""

from __future__ import annotations

from tellerline.connectors.asterisk.board import Board, checked
from tellerline.connectors.asterisk.messages import RecordingOver
from tellerline.connectors.asterisk.model import OWN, Recording
from tellerline.connectors.asterisk.rest import RestRefusedError
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.events import Ended, RecordingEnded

RECORD = "record"
"""First of the arguments of a listening channel; the recording and the leg follow."""


_BEGIN_LOOKS = 100
_BEGIN_PAUSE = 0.02


def snoop_of(recording: str) -> str:
    return f"{OWN}{RECORD}{OWN}{recording}{OWN}"


class RecordingRoom:
    def __init__(self, board: Board) -> None:
        self._board = board

    async def record(self, recording: str, leg: str, silence: int = 0) -> None:
        """``silence`` in seconds."""
        checked(recording)
        model = self._board.model
        self._board.connected(leg)
        if recording in model.recordings or recording in model.used["recording"]:
            return
        if model.collecting(leg):
            raise SwitchError(SwitchReason.WRONG_STATE, f"{leg} collects a secret")
        snoop = snoop_of(recording)
        await self._board.snoop(leg, snoop, RECORD, recording, leg, spy="in")
        model.recordings[recording] = Recording(recording, leg)
        try:
            ends = {"maxSilenceSeconds": str(silence)} if silence else {}
            await self._board.rest.post(
                "channels", snoop, "record", name=recording, format="wav", ifExists="fail", **ends
            )
        except RestRefusedError as refused:
            if refused.status == 409 and await self._board.rest.get_or_none("recordings", "live", recording):
                return
            model.recordings.pop(recording, None)
            await self._board.rest.remove("channels", snoop)
            if refused.status != 409:
                raise
        except SwitchError:
            model.recordings.pop(recording, None)
            raise

    async def pause(self, recording: str, paused: bool) -> None:
        known = self._board.model.recordings.get(recording)
        if known is None:
            raise SwitchError(SwitchReason.NO_SUCH_RECORDING, recording)
        known.paused = paused
        if not self._board.model.collecting(known.leg):
            await self._apply(known, paused)

    async def hush(self, leg: str, hushed: bool) -> None:
        """Pause all recordings of a leg, or let those go on that the controller did not pause."""
        for recording in self._board.model.recordings_of(leg):
            await self._apply(recording, hushed or recording.paused)

    async def stop(self, recording: str) -> None:
        known = self._board.model.recordings.get(recording)
        if known:
            known.stopped = True
            await self._board.rest.remove_by_post("recordings", "live", recording, "stop")

    async def fetch(self, recording: str) -> bytes:
        if recording in self._board.model.recordings:
            raise SwitchError(SwitchReason.WRONG_STATE, f"{recording} still runs")
        try:
            return await self._board.rest.get_file("recordings", "stored", recording, "file")
        except RestRefusedError as refused:
            reason = SwitchReason.NO_SUCH_RECORDING if refused.status == 404 else SwitchReason.REFUSED
            raise SwitchError(reason, recording) from None

    def over(self, message: RecordingOver) -> None:
        recording = self._board.model.recordings.get(message.recording)
        if recording is None:
            return
        leg = self._board.model.legs.get(recording.leg)
        stopped = recording.stopped and not (leg and leg.over)
        self.end(recording, Ended.FAILED if message.failed else Ended.STOPPED if stopped else Ended.DONE)
        self._board.spawn(self._board.rest.remove("channels", snoop_of(recording.id)))

    def end(self, recording: Recording, end: Ended) -> None:
        """Tell the end, once."""
        model = self._board.model
        if model.recordings.pop(recording.id, None):
            model.used["recording"].add(recording.id)
            self._board.tell(RecordingEnded(at=self._board.now(), recording=recording.id, leg=recording.leg, end=end))

    async def _apply(self, recording: Recording, paused: bool) -> None:
        """Asterisk refuses both for a recording that it has taken, and not begun yet: it begins within a moment."""
        live = ("recordings", "live", recording.id)
        for left in reversed(range(_BEGIN_LOOKS)):
            try:
                await (self._board.rest.remove_by_post if paused else self._board.rest.remove)(*live, "pause")
                return
            except RestRefusedError as refused:
                if refused.status != 409 or not left:
                    raise
            await self._board.clock.sleep(_BEGIN_PAUSE)
