"""Prompts and music on one leg."""

from __future__ import annotations

from collections.abc import Sequence

from tellerline.connectors.asterisk import prompts as names
from tellerline.connectors.asterisk.board import Board, checked
from tellerline.connectors.asterisk.messages import PlaybackOver
from tellerline.connectors.asterisk.model import Leg, Playback
from tellerline.connectors.asterisk.rest import RestRefusedError
from tellerline.connectors.asterisk.sounds import Sounds
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.events import Ended, PlaybackEnded


class MediaRoom:
    """Asterisk forgets a leg's music when it plays something, so the music begins again afterwards."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._sounds = Sounds(board.rest, board.clock)

    async def play(self, playback: str, leg: str, prompts: Sequence[str], language: str) -> None:
        checked(playback)
        items = names.media(prompts, language)
        model = self._board.model
        self._board.connected(leg)
        before = model.playbacks.get(playback)
        if playback in model.used["playback"] or (before and not before.uncertain):
            return
        there = await self._sounds.there(items)
        fresh = model.playbacks[playback] = before or Playback(playback, leg)
        if before and await self._board.rest.get_or_none("playbacks", playback):
            fresh.uncertain = False
            return
        fresh.lacking = len(there) < len(items)
        try:
            if there:
                media = ",".join(there)
                await self._board.rest.post(
                    "channels", model.channel(leg), "play", playback, media=media, lang=language
                )
            fresh.uncertain = False
        except (RestRefusedError, SwitchError) as error:
            fresh.uncertain = isinstance(error, SwitchError) and error.reason is SwitchReason.UNKNOWN
            if not fresh.uncertain:
                model.playbacks.pop(playback, None)
            raise
        if not there:
            self.end(fresh, Ended.FAILED)

    async def stop(self, playback: str) -> None:
        known = self._board.model.playbacks.get(playback)
        if known:
            known.stopped = True
            await self._board.rest.remove("playbacks", playback)

    async def silence(self, leg: Leg) -> None:
        """End all that plays on a leg, and its music, so that it is ready for other company."""
        await self.stop_all(leg.id)
        await self._music_off(leg)

    async def stop_all(self, leg: str) -> None:
        for playback in [each for each in self._board.model.playbacks.values() if each.leg == leg]:
            await self.stop(playback.id)

    async def music(self, leg: str, on: bool) -> None:
        if not on:
            known = self._board.model.legs.get(leg)
            if known and not known.over:
                await self._music_off(known)
            return
        known = self._board.connected(leg)
        if known.conversation or self._board.model.listens(leg):
            raise SwitchError(SwitchReason.WRONG_STATE, f"{leg} has company")
        if not known.music:
            await self._board.rest.post("channels", self._board.model.channel(leg), "moh")
            known.music = True

    async def _music_off(self, leg: Leg) -> None:
        if leg.music is not False:
            leg.music = False
            await self._board.rest.remove("channels", self._board.model.channel(leg.id), "moh")

    def over(self, message: PlaybackOver) -> None:
        playback = self._board.model.playbacks.get(message.playback)
        if playback is None:
            return
        leg = self._board.model.legs.get(playback.leg)
        if playback.stopped or leg is None or leg.cause:
            end = Ended.STOPPED
        else:
            end = Ended.FAILED if message.failed or playback.lacking else Ended.DONE
        self.end(playback, end)
        if leg and leg.music and not leg.cause:
            self._board.spawn(self._music_again(leg))

    def end(self, playback: Playback, end: Ended) -> None:
        """Tell the end, once."""
        model = self._board.model
        if model.playbacks.pop(playback.id, None):
            model.used["playback"].add(playback.id)
            self._board.tell(PlaybackEnded(at=self._board.now(), playback=playback.id, leg=playback.leg, end=end))

    async def _music_again(self, leg: Leg) -> None:
        async with self._board.lanes.turn(leg.id):
            if leg.music and not leg.over:
                await self._board.rest.post("channels", self._board.model.channel(leg.id), "moh")
