"""Secret digits on their way from the switch's box into the seal: here alone are they in the clear, for one line."""

from __future__ import annotations

import base64
import logging

from tellerline.adapters.clock import Randomness
from tellerline.connectors.softswitch.boxes import BoxKey
from tellerline.connectors.softswitch.wire import Message, WireError, instant
from tellerline.connectors.telephony.events import SecretCollected, SecretEnd
from tellerline.connectors.telephony.switch import Seal

_log = logging.getLogger(__name__)


class SecretKeeper:
    """Keeps the key and the seal of each collection until it ends."""

    def __init__(self, randomness: Randomness) -> None:
        self._randomness = randomness
        self._running: dict[str, tuple[BoxKey, Seal]] = {}

    def expect(self, collection: str, seal: Seal) -> bytes:
        """The public key for the switch, the same if asked again."""
        key, _ = self._running.setdefault(collection, (BoxKey(self._randomness), seal))
        return key.public

    def forget(self, collection: str) -> None:
        """The switch does not collect it."""
        self._running.pop(collection, None)

    def forget_all(self) -> None:
        """The link is lost, and what was typed with it: no box will come any more."""
        self._running.clear()

    def collected(self, told: Message) -> SecretCollected:
        """What came of a collection, one of an earlier controller's too. Raises ``WireError``."""
        try:
            at, leg, collection = instant(told), str(told["leg"]), str(told["collection"])
            end, box = SecretEnd(told["end"]), base64.b64decode(told["box"])
        except (KeyError, TypeError, ValueError):
            raise WireError("secret_collected") from None
        expected = self._running.pop(collection, None)
        sealed = b""
        if end is SecretEnd.COMPLETE:
            sealed = _sealed(*expected, box, collection) if expected else b""
            end = end if sealed else SecretEnd.STOPPED
        return SecretCollected(at=at, collection=collection, leg=leg, end=end, sealed=sealed)


def _sealed(key: BoxKey, seal: Seal, box: bytes, collection: str) -> bytes:
    """Empty when it cannot be done; why not is not told in words that could hold a digit."""
    try:
        return seal(key.open(box, collection))
    except Exception as error:
        _log.error("secret digits of %s could not be sealed: %s", collection, type(error).__name__)
        return b""
