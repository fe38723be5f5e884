"""Secret digits: taken outside every conversation, with nobody listening and nothing recorded."""

from __future__ import annotations

import logging
from datetime import timedelta

from tellerline.connectors.asterisk.board import Board, checked
from tellerline.connectors.asterisk.messages import KeyPressed
from tellerline.connectors.asterisk.model import OWN, Collection
from tellerline.connectors.asterisk.monitoring import MonitoringRoom
from tellerline.connectors.asterisk.recording import RecordingRoom
from tellerline.connectors.asterisk.rest import RestRefusedError
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason
from tellerline.connectors.telephony.events import SecretCollected, SecretEnd
from tellerline.connectors.telephony.switch import Seal, SecretPlan

_MARK = "secret"
_FADING_SECONDS = 0.3
"""How long after a key its tone may still sound, where a gateway leaves it in the sound beside the event."""
_log = logging.getLogger(__name__)


def mark_of(collection: str, leg: str) -> str:
    """The id of an empty bridge that says that a leg collects, so that the next controller knows.

    A channel variable would wait until the leg's prompt has been played; a bridge does not.
    """
    return f"{_MARK}{OWN}{collection}{OWN}{leg}"


def marked(bridge: str) -> tuple[str, str] | None:
    """The collection and the leg, if it is such a bridge."""
    match bridge.split(OWN):
        case [kind, collection, leg] if kind == _MARK:
            return collection, leg
        case _:
            return None


class SecretRoom:
    """Whoever is to be heard and recorded again is so once the tone of his last key has faded.

    A collection whose keys may be incomplete (the link was lost, or its controller is gone) is never sealed: it
    swallows keys until the caller presses none for a while, or it is stopped."""

    def __init__(self, board: Board, recording: RecordingRoom, monitoring: MonitoringRoom) -> None:
        self._board = board
        self._recording = recording
        self._monitoring = monitoring

    async def collect(self, collection: str, leg: str, plan: SecretPlan, seal: Seal) -> None:
        checked(collection)
        model = self._board.model
        known = self._board.connected(leg)
        if collection in model.collections or collection in model.used["collection"]:
            return
        if known.conversation or model.collecting(leg) or model.listens(leg):
            raise SwitchError(SwitchReason.WRONG_STATE, f"{leg} has company, or collects already")
        fresh = Collection(id=collection, leg=leg, plan=plan, seal=seal)
        model.collections[collection] = fresh
        try:
            await self._board.rest.post("bridges", mark_of(collection, leg), type="holding")
            await self._recording.hush(leg, hushed=True)
            await self._monitoring.hush(leg, hushed=True)
        except (RestRefusedError, SwitchError):
            model.collections.pop(collection, None)
            self._board.spawn(self._lift(collection, leg))
            raise
        if fresh.end is None:
            self._wait(fresh, fresh.plan.between if fresh.digits else plan.first)

    def stop(self, collection: str) -> None:
        known = self._board.model.collections.get(collection)
        if known:
            self._end(known, SecretEnd.STOPPED)

    def took(self, message: KeyPressed) -> bool:
        """Whether the key belongs to a secret, and is nobody else's business."""
        collection = self._board.model.collecting(message.channel)
        if collection is None:
            return False
        collection.pressed = self._board.clock.monotonic()
        if collection.end is not None:
            return True
        if collection.seal is None:
            self._wait(collection, collection.plan.between)
        elif message.key == "#":
            self._end(collection, SecretEnd.TOO_FEW)
        elif message.key.isdigit():
            collection.digits.append(message.key)
            if len(collection.digits) == collection.plan.length:
                self._end(collection, SecretEnd.COMPLETE)
            else:
                self._wait(collection, collection.plan.between)
        return True

    def leg_over(self, leg: str) -> None:
        collection = self._board.model.collecting(leg)
        if collection:
            self._close(collection, SecretEnd.STOPPED)
            self._tell(collection)
            self._board.spawn(self._lift(collection.id, leg))

    def link_lost(self) -> None:
        """Keys of the gap will be missing."""
        for collection in self._board.model.collections.values():
            collection.digits.clear()
            collection.seal = None
            _cancel(collection)

    def link_restored(self) -> None:
        for collection in self._board.model.collections.values():
            if collection.end is None:
                self._wait(collection, collection.plan.between)

    def adopt(self, collection: str, leg: str) -> None:
        """A leg was found to be collecting for a controller that is gone, or one that could not say that it ended."""
        model = self._board.model
        if collection in model.used["collection"]:
            self._board.spawn(self._lift(collection, leg))
        elif collection not in model.collections:
            fresh = Collection(id=collection, leg=leg, plan=SecretPlan(length=0), seal=None)
            model.collections[collection] = fresh
            self._wait(fresh, fresh.plan.between)

    def _wait(self, collection: Collection, patience: timedelta) -> None:
        _cancel(collection)
        late = SecretEnd.TIMED_OUT if collection.seal else SecretEnd.STOPPED
        collection.timer = self._board.clock.call_later(patience.total_seconds(), lambda: self._end(collection, late))

    def _end(self, collection: Collection, end: SecretEnd) -> None:
        """Keys are swallowed until the leg may be heard again; then the end is told."""
        if collection.end is None:
            self._close(collection, end)
            self._board.spawn(self._finish(collection))

    def _close(self, collection: Collection, end: SecretEnd) -> None:
        _cancel(collection)
        if collection.end is not None:
            return
        collection.end = end
        if end is SecretEnd.COMPLETE and collection.seal:
            try:
                collection.sealed = collection.seal("".join(collection.digits))
            except Exception as error:
                _log.error("a secret could not be sealed: %s", type(error).__name__)
                collection.end = SecretEnd.STOPPED
        collection.digits.clear()
        collection.seal = None

    async def _finish(self, collection: Collection) -> None:
        try:
            async with self._board.lanes.turn(collection.leg):
                await self._faded(collection)
                await self._lift(collection.id, collection.leg)
        finally:
            self._tell(collection)

    async def _faded(self, collection: Collection) -> None:
        """Return when nothing is heard any more of the last key."""
        clock = self._board.clock
        while (left := collection.pressed + _FADING_SECONDS - clock.monotonic()) > 0:
            await clock.sleep(left)

    async def _lift(self, collection: str, leg: str) -> None:
        """Let the leg be heard and recorded again, if it is there."""
        if leg in self._board.model.legs:
            await self._recording.hush(leg, hushed=False)
            await self._monitoring.hush(leg, hushed=False)
        await self._board.rest.remove("bridges", mark_of(collection, leg))

    def _tell(self, collection: Collection) -> None:
        model = self._board.model
        if model.collections.pop(collection.id, None) and collection.end:
            model.used["collection"].add(collection.id)
            self._board.tell(
                SecretCollected(
                    at=self._board.now(),
                    collection=collection.id,
                    leg=collection.leg,
                    end=collection.end,
                    sealed=collection.sealed,
                )
            )


def _cancel(collection: Collection) -> None:
    if collection.timer:
        collection.timer.cancel()
        collection.timer = None
