"""Conversations: bridges in which legs hear each other."""

from __future__ import annotations

from tellerline.connectors.asterisk.board import BRIDGE, Board, checked
from tellerline.connectors.asterisk.media import MediaRoom
from tellerline.connectors.asterisk.model import Leg
from tellerline.connectors.asterisk.rest import RestRefusedError
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.switch import Media


class Conversations:
    """Keys pressed in a bridge are absorbed there: Asterisk would send them on as tones of its own making.

    Asterisk moves a channel into a bridge or out of it when it has played everything, so prompts are stopped first.
    """

    def __init__(self, board: Board, media: MediaRoom) -> None:
        self._board = board
        self._media = media

    async def open(self, conversation: str) -> None:
        checked(conversation)
        if conversation in self._board.model.conversations:
            return
        try:
            await self._board.rest.post("bridges", conversation, type=f"{BRIDGE},dtmf_events")
        except RestRefusedError as refused:
            if refused.status != 409:
                raise
        self._board.model.conversations.add(conversation)

    async def join(self, conversation: str, leg: str, media: Media) -> None:
        if conversation not in self._board.model.conversations:
            raise SwitchError(SwitchReason.NO_SUCH_CONVERSATION, conversation)
        known = self._free(conversation, leg)
        await self._mute(known, media is Media.MUTED)
        if known.conversation == conversation:
            return
        await self._media.silence(known)
        try:
            await self._board.rest.post(
                "bridges",
                conversation,
                "addChannel",
                channel=self._board.model.channel(leg),
                absorbDTMF="true",
                inhibitConnectedLineUpdates="true",
            )
        except RestRefusedError as refused:
            if refused.status == 404:
                self._lost(conversation)
                raise SwitchError(SwitchReason.NO_SUCH_CONVERSATION, conversation) from None
            raise refused.as_switch_error() if refused.status != 400 else _gone(leg) from None
        known.conversation = conversation

    async def leave(self, conversation: str, leg: str) -> None:
        known = self._board.model.legs.get(leg)
        if known is None or known.conversation != conversation:
            return
        await self._media.stop_all(leg)
        try:
            await self._board.rest.post(
                "bridges", conversation, "removeChannel", channel=self._board.model.channel(leg)
            )
        except RestRefusedError as refused:
            if refused.status not in (400, 404, 422):
                raise
        await self._left(known)

    async def close(self, conversation: str) -> None:
        if conversation not in self._board.model.conversations:
            return
        members = [each for each in self._board.model.legs.values() if each.conversation == conversation]
        for leg in members:
            await self._media.stop_all(leg.id)
        await self._board.rest.remove("bridges", conversation)
        self._board.model.conversations.discard(conversation)
        for leg in members:
            await self._left(leg)

    def _lost(self, conversation: str) -> None:
        """Asterisk has it no more, whoever took it away."""
        model = self._board.model
        model.conversations.discard(conversation)
        for leg in model.legs.values():
            if leg.conversation == conversation:
                leg.conversation = None

    def _free(self, conversation: str, leg: str) -> Leg:
        """A leg that may join."""
        known = self._board.connected(leg)
        model = self._board.model
        if known.conversation not in (None, conversation) or model.collecting(leg) or model.listens(leg):
            raise SwitchError(SwitchReason.WRONG_STATE, f"{leg} is busy elsewhere")
        return known

    async def _left(self, leg: Leg) -> None:
        leg.conversation = None
        if not leg.over:
            await self._mute(leg, muted=False)

    async def _mute(self, leg: Leg, muted: bool) -> None:
        if leg.muted is muted:
            return
        if muted:
            await self._board.rest.post("channels", self._board.model.channel(leg.id), "mute", direction="in")
        else:
            await self._board.rest.remove("channels", self._board.model.channel(leg.id), "mute", direction="in")
        leg.muted = muted


def _gone(leg: str) -> SwitchError:
    return SwitchError(SwitchReason.NO_SUCH_LEG, leg)
