"""The simulated switch, commanded over its wire."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import timedelta

from tellerline.adapters.clock import Clock, Randomness
from tellerline.adapters.lines.connection import Connect
from tellerline.connectors.softswitch import wire
from tellerline.connectors.softswitch.line import Hearer, SwitchLine
from tellerline.connectors.softswitch.secrets import SecretKeeper
from tellerline.connectors.softswitch.wire import Message
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.events import Cause, LinkLost, LinkRestored, OnEvent, SwitchEvent
from tellerline.connectors.telephony.snapshot import Snapshot
from tellerline.connectors.telephony.switch import Listening, Media, Seal, SecretPlan

PATIENCE = 5.0
"""Seconds that an order waits for its answer."""


class SoftswitchConnector:
    """See ``Switch`` for the promise.

    ``connect`` leads to the switch, ``randomness`` makes the keys of secret digits. When the link is lost, the
    switch forgets what was typed of secret digits, and goes on keeping the keys to itself until the collection ends.
    What ended while the link was lost is told by nobody. When another controller takes the switch over, the link stays
    lost.
    """

    def __init__(self, connect: Connect, clock: Clock, randomness: Randomness, *, patience: float = PATIENCE) -> None:
        self._clock = clock
        hearer = Hearer(up=self._up, down=self._down, event=self._told)
        self._line = SwitchLine(connect, clock, hearer, patience=patience)
        self._secrets = SecretKeeper(randomness)
        self._on_event: OnEvent | None = None
        self._starting = False

    async def start(self, on_event: OnEvent) -> None:
        self._on_event = on_event
        self._starting = True
        await self._line.start()
        self._starting = False

    async def close(self) -> None:
        self._on_event = None
        await self._line.close()

    async def snapshot(self) -> Snapshot:
        return wire.snapshot(await self._line.order("snapshot"))

    async def answer(self, leg: str) -> None:
        await self._line.order("answer", leg=leg)

    async def dial(
        self,
        leg: str,
        address: str,
        *,
        caller: str = "",
        ring: timedelta = timedelta(seconds=30),
        auto_answer: bool = False,
    ) -> None:
        seconds = ring.total_seconds()
        await self._line.order("dial", leg=leg, address=address, caller=caller, ring=seconds, auto_answer=auto_answer)

    async def clear(self, leg: str, cause: Cause = Cause.NORMAL) -> None:
        await self._line.order("clear", leg=leg, cause=cause)

    async def play(self, playback: str, leg: str, prompts: Sequence[str], *, language: str = "zh") -> None:
        await self._line.order("play", playback=playback, leg=leg, prompts=list(prompts), language=language)

    async def stop(self, playback: str) -> None:
        await self._line.order("stop", playback=playback)

    async def music(self, leg: str, on: bool) -> None:
        await self._line.order("music", leg=leg, on=on)

    async def collect_secret(self, collection: str, leg: str, plan: SecretPlan, seal: Seal) -> None:
        key = self._secrets.expect(collection, seal)
        try:
            answer = await self._line.order(
                "collect_secret",
                collection=collection,
                leg=leg,
                length=plan.length,
                first=plan.first.total_seconds(),
                between=plan.between.total_seconds(),
                key=base64.b64encode(key).decode(),
            )
        except SwitchError as error:
            if error.reason is not SwitchReason.UNKNOWN:
                self._secrets.forget(collection)
            raise
        if not answer.get("running"):
            self._secrets.forget(collection)

    async def stop_collecting(self, collection: str) -> None:
        await self._line.order("stop_collecting", collection=collection)

    async def open_conversation(self, conversation: str) -> None:
        await self._line.order("open_conversation", conversation=conversation)

    async def join(self, conversation: str, leg: str, media: Media = Media.BOTH) -> None:
        await self._line.order("join", conversation=conversation, leg=leg, media=media)

    async def leave(self, conversation: str, leg: str) -> None:
        await self._line.order("leave", conversation=conversation, leg=leg)

    async def close_conversation(self, conversation: str) -> None:
        await self._line.order("close_conversation", conversation=conversation)

    async def monitor(self, monitor: str, leg: str, listener: str, listening: Listening) -> None:
        await self._line.order("monitor", monitor=monitor, leg=leg, listener=listener, listening=listening)

    async def stop_monitoring(self, monitor: str) -> None:
        await self._line.order("stop_monitoring", monitor=monitor)

    async def record(self, recording: str, leg: str, *, silence: timedelta = timedelta()) -> None:
        await self._line.order("record", recording=recording, leg=leg, silence=silence.total_seconds())

    async def pause_recording(self, recording: str, paused: bool) -> None:
        await self._line.order("pause_recording", recording=recording, paused=paused)

    async def stop_recording(self, recording: str) -> None:
        await self._line.order("stop_recording", recording=recording)

    async def fetch_recording(self, recording: str) -> bytes:
        file = bytearray()
        while True:
            part = await self._line.order("fetch_recording", recording=recording, offset=len(file))
            file += base64.b64decode(part["data"])
            if not part["data"] or len(file) >= part["size"]:
                return bytes(file)

    def _up(self, restarted: bool) -> None:
        if not self._starting:
            self._tell(LinkRestored(at=self._clock.now(), restarted=restarted))

    def _down(self) -> None:
        self._secrets.forget_all()
        self._tell(LinkLost(at=self._clock.now()))

    def _told(self, message: Message) -> None:
        if message["event"] == "secret_collected":
            self._tell(self._secrets.collected(message))
        elif (event := wire.event(message)) is not None:
            self._tell(event)

    def _tell(self, event: SwitchEvent) -> None:
        if self._on_event is not None:
            self._on_event(event)
