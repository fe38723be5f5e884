"""Secret digits: typed by a caller, seen by nobody, handed over in a box."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from tellerline.adapters.clock import Randomness, Timer
from tellerline.simulators.softswitch.board import Board, OrderRefusedError, Reason
from tellerline.simulators.softswitch.boxes import box
from tellerline.simulators.softswitch.legs import Leg


class SecretEnd(StrEnum):
    COMPLETE = "COMPLETE"
    TOO_FEW = "TOO_FEW"
    TIMED_OUT = "TIMED_OUT"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretOrder:
    """``first`` and ``between`` in seconds; ``key`` is an X25519 public key in base64."""

    collection: str
    leg: str
    length: int
    first: float
    between: float
    key: str


@dataclass(slots=True, eq=False)
class Collection:
    id: str
    leg: Leg
    length: int
    between: float
    key: X25519PublicKey
    digits: bytearray = field(default_factory=bytearray, repr=False)
    spoilt: bool = False
    """Whoever asked is gone, and his key with him: keys go nowhere until the caller is silent or somebody stops it."""
    timer: Timer | None = None


class Collector:
    """``veil`` is told of every leg whose collection began or ended, before anything else happens on it."""

    def __init__(self, board: Board, randomness: Randomness, veil: Callable[[Leg], None]) -> None:
        self._board = board
        self._randomness = randomness
        self._veil = veil
        self._running: dict[str, Collection] = {}

    def collect(self, order: SecretOrder) -> None:
        key = _public_key(order.key)
        leg = self._board.connected(order.leg)
        if self._board.used("collection", order.collection):
            return
        self._board.free(order.leg)
        if leg.collection is not None:
            raise OrderRefusedError(Reason.WRONG_STATE, f"{order.leg} is collecting")
        self._board.first_use("collection", order.collection)
        collection = Collection(order.collection, leg, order.length, order.between, key)
        self._running[order.collection] = leg.collection = collection
        self._veil(leg)
        self._wait(collection, order.first)

    def key(self, collection: Collection, key: str) -> None:
        """A star is no digit and is not heeded."""
        if collection.spoilt:
            self._wait(collection, collection.between)
        elif key == "#":
            self._finish(collection, SecretEnd.TOO_FEW)
        elif key != "*":
            collection.digits += key.encode()
            if len(collection.digits) == collection.length:
                self._finish(collection, SecretEnd.COMPLETE)
            else:
                self._wait(collection, collection.between)

    def stop(self, name: str) -> None:
        collection = self._running.get(name)
        if collection is not None:
            self._finish(collection, SecretEnd.STOPPED)

    def running(self, name: str) -> bool:
        return name in self._running

    def spoil(self) -> None:
        """Nobody is left who could open a box: what was typed is forgotten, and what will be typed goes nowhere."""
        for collection in self._running.values():
            collection.spoilt = True
            collection.digits.clear()

    def end(self, leg: Leg) -> None:
        if leg.collection is not None:
            self._finish(leg.collection, SecretEnd.STOPPED)

    def _wait(self, collection: Collection, seconds: float) -> None:
        if collection.timer is not None:
            collection.timer.cancel()
        collection.timer = self._board.later(seconds, lambda: self._finish(collection, SecretEnd.TIMED_OUT))

    def _finish(self, collection: Collection, end: SecretEnd) -> None:
        if collection.timer is not None:
            collection.timer.cancel()
        del self._running[collection.id]
        collection.leg.collection = None
        boxed = b""
        if end is SecretEnd.COMPLETE:
            boxed = box(bytes(collection.digits), collection.key, collection.id, self._randomness)
        collection.digits.clear()
        self._veil(collection.leg)
        self._board.tell(
            "secret_collected",
            collection=collection.id,
            leg=collection.leg.id,
            end=end,
            box=base64.b64encode(boxed).decode(),
        )


def _public_key(text: str) -> X25519PublicKey:
    try:
        return X25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error):
        raise OrderRefusedError(Reason.REFUSED, "key is no X25519 public key in base64") from None
