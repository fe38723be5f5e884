"""The port of a telephone switch, kept by Asterisk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from tellerline.adapters.clock import Clock
from tellerline.connectors.asterisk import reunion
from tellerline.connectors.asterisk.board import Board
from tellerline.connectors.asterisk.conversations import Conversations
from tellerline.connectors.asterisk.hearing import Hearing
from tellerline.connectors.asterisk.legs import Legs
from tellerline.connectors.asterisk.link import EventLink
from tellerline.connectors.asterisk.media import MediaRoom
from tellerline.connectors.asterisk.monitoring import MonitoringRoom
from tellerline.connectors.asterisk.recording import RecordingRoom
from tellerline.connectors.asterisk.rest import AriRest, RestRefusedError
from tellerline.connectors.asterisk.secrets import SecretRoom
from tellerline.connectors.asterisk.settings import AsteriskSettings
from tellerline.connectors.asterisk.survey import survey
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.events import Cause, LinkLost, LinkRestored, OnEvent
from tellerline.connectors.telephony.snapshot import Snapshot
from tellerline.connectors.telephony.switch import Listening, Media, Seal, SecretPlan

_SETTLING_SECONDS = 2.0
_log = logging.getLogger(__name__)


class AsteriskSwitch:
    """One Asterisk, commanded by one application. Events come in the order of its event stream.

    What ended while the link was lost is told as ended after ``LinkRestored``; other events of the gap are lost. A leg
    that joins company stops hearing prompts and music. ``Cleared`` waits until the leg's recordings are complete.
    """

    def __init__(self, settings: AsteriskSettings, clock: Clock) -> None:
        rest = AriRest(settings)
        board = self._board = Board(settings, rest, clock)
        self._legs = Legs(board)
        self._media = MediaRoom(board)
        self._conversations = Conversations(board, self._media)
        self._recording = RecordingRoom(board)
        self._monitoring = MonitoringRoom(board, self._media)
        self._secrets = SecretRoom(board, self._recording, self._monitoring)
        self._hearing = Hearing(
            board,
            legs=self._legs,
            media=self._media,
            recording=self._recording,
            monitoring=self._monitoring,
            secrets=self._secrets,
        )
        self._link: EventLink | None = None
        self._linked = False
        self._under_way = 0
        self._settled = asyncio.Event()
        self._settled.set()
        self._announces = False
        self._run = ""

    async def start(self, on_event: OnEvent) -> None:
        self._board.on_event = on_event
        self._board.rest.open()
        self._link = EventLink(
            self._board.rest,
            self._board.settings.app,
            self._board.clock,
            on_open=self._opened,
            on_event=self._hearing.hear,
            on_lost=self._lost,
        )
        await self._link.start()
        self._announces = True

    async def close(self) -> None:
        self._board.on_event = None
        if self._link:
            await self._link.close()
            self._link = None
        self._linked = False
        await asyncio.gather(*self._board.tasks, return_exceptions=True)
        self._hearing.close()
        await self._board.rest.close()

    async def snapshot(self) -> Snapshot:
        self._require_link()
        for leg in [each for each in self._board.model.legs.values() if each.uncertain]:
            try:
                if await self._board.rest.get_or_none("channels", self._board.model.channel(leg.id)) is None:
                    self._board.model.legs.pop(leg.id, None)
                leg.uncertain = False
            except RestRefusedError as refused:
                raise refused.as_switch_error() from None
        return self._board.model.snapshot()

    async def answer(self, leg: str) -> None:
        async with self._order(leg):
            await self._legs.answer(leg)

    async def dial(
        self,
        leg: str,
        address: str,
        *,
        caller: str = "",
        ring: timedelta = timedelta(seconds=30),
        auto_answer: bool = False,
    ) -> None:
        async with self._order(leg):
            await self._legs.dial(leg, address, caller, ring, auto_answer)

    async def clear(self, leg: str, cause: Cause = Cause.NORMAL) -> None:
        async with self._order(leg):
            await self._legs.clear(leg, cause)

    async def play(self, playback: str, leg: str, prompts: Sequence[str], *, language: str = "zh") -> None:
        async with self._order(leg, f"playback {playback}"):
            await self._media.play(playback, leg, prompts, language)

    async def stop(self, playback: str) -> None:
        async with self._order(f"playback {playback}"):
            await self._media.stop(playback)

    async def music(self, leg: str, on: bool) -> None:
        async with self._order(leg):
            await self._media.music(leg, on)

    async def collect_secret(self, collection: str, leg: str, plan: SecretPlan, seal: Seal) -> None:
        async with self._order(leg, f"collection {collection}"):
            await self._secrets.collect(collection, leg, plan, seal)

    async def stop_collecting(self, collection: str) -> None:
        async with self._order(f"collection {collection}"):
            self._secrets.stop(collection)

    async def open_conversation(self, conversation: str) -> None:
        async with self._order(f"conversation {conversation}"):
            await self._conversations.open(conversation)

    async def join(self, conversation: str, leg: str, media: Media = Media.BOTH) -> None:
        async with self._order(leg, f"conversation {conversation}"):
            await self._conversations.join(conversation, leg, media)

    async def leave(self, conversation: str, leg: str) -> None:
        async with self._order(leg, f"conversation {conversation}"):
            await self._conversations.leave(conversation, leg)

    async def close_conversation(self, conversation: str) -> None:
        async with self._order(f"conversation {conversation}"):
            await self._conversations.close(conversation)

    async def monitor(self, monitor: str, leg: str, listener: str, listening: Listening) -> None:
        async with self._order(leg, listener, f"monitor {monitor}"):
            await self._monitoring.monitor(monitor, leg, listener, listening)

    async def stop_monitoring(self, monitor: str) -> None:
        async with self._order(f"monitor {monitor}"):
            await self._monitoring.stop(monitor)

    async def record(self, recording: str, leg: str, *, silence: timedelta = timedelta()) -> None:
        async with self._order(leg, f"recording {recording}"):
            await self._recording.record(recording, leg, int(silence.total_seconds()))

    async def pause_recording(self, recording: str, paused: bool) -> None:
        known = self._board.model.recordings.get(recording)
        async with self._order(*([known.leg] if known else []), f"recording {recording}"):
            await self._recording.pause(recording, paused)

    async def stop_recording(self, recording: str) -> None:
        async with self._order(f"recording {recording}"):
            await self._recording.stop(recording)

    async def fetch_recording(self, recording: str) -> bytes:
        async with self._order(f"recording {recording}"):
            return await self._recording.fetch(recording)

    @asynccontextmanager
    async def _order(self, *keys: str) -> AsyncIterator[None]:
        """In turn with all orders about the same things."""
        async with self._board.lanes.turn(*keys):
            self._require_link()
            self._under_way += 1
            self._settled.clear()
            try:
                yield
            except RestRefusedError as refused:
                raise refused.as_switch_error() from None
            finally:
                self._under_way -= 1
                if not self._under_way:
                    self._settled.set()

    def _require_link(self) -> None:
        if not self._linked:
            detail = "another controller has taken over" if self._link and self._link.replaced else "no link"
            raise SwitchError(SwitchReason.UNAVAILABLE, detail)

    async def _opened(self) -> None:
        board = self._board
        await self._no_order_under_way()
        found = await survey(board.rest, board.settings.app)
        restarted = bool(self._run) and found.run != self._run
        if restarted:
            self._hearing.forget()
        playbacks = await reunion.ended_playbacks(board)
        self._run = found.run
        gone = reunion.adopt(board.model, found)
        self._linked = True
        if self._announces:
            board.tell(LinkRestored(at=board.now(), restarted=restarted))
        reunion.tell_ends(board, found, playbacks, self._media.end, self._recording.end)
        for leg in gone:
            self._hearing.over(leg.id)
        self._secrets.link_restored()
        for collection, leg_id in found.secrets.items():
            self._secrets.adopt(collection, leg_id)
        for stray in found.strays:
            board.spawn(board.rest.remove(*stray))

    async def _no_order_under_way(self) -> None:
        """Wait for what was begun over the link of before: what it still does, a survey beside it would not see."""
        try:
            await asyncio.wait_for(self._settled.wait(), _SETTLING_SECONDS)
        except TimeoutError:
            _log.warning("%d orders to Asterisk are still under way", self._under_way)

    def _lost(self) -> None:
        self._linked = False
        self._board.nothing_enters()
        self._secrets.link_lost()
        self._hearing.link_lost()
        self._board.tell(LinkLost(at=self._board.now()))
