"""The issuer's public keys: kept, and asked for again when a token names another."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from math import ceil
from typing import Any, Final, Literal

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from tellerline.adapters.clock import Clock, Timer
from tellerline.adapters.telemetry import Log
from tellerline.gateway.channels.http.key_documents import KeyDocument

PublicKey = RSAKey | ECKey
Standing = Literal["unread", "read", "stale", "unavailable"]
_MOST_KEYS: Final = 32
_LEAST_RSA_BITS: Final = 2048
_PATIENCE: Final = 5.0


class IssuerKeys:
    """The keys by their ids. ``generation`` grows with each set that differs from the one before.

    They are read again after ``age`` seconds, and for an unknown id ``pause`` seconds after the last attempt, whoever
    asks: made-up ids cost nothing. There is one reading at a time. Those who need it wait until ``patience`` seconds
    after its beginning, all of them together: then it counts as an attempt, and nobody waits before the next is due.
    It goes on by itself, and what it brings late is taken.

    While the issuer cannot be asked, or does not answer, the keys that are known go on, and an unknown id stays
    unknown: both are said at once, but for the first ``patience`` seconds of an attempt that is needed.

    Whoever relies on keys that he asked for earlier looks at ``due`` each time, and calls ``fresh`` if it is set: that
    they are to be read again, after ``age`` seconds, or ``pause`` where the last attempt brought nothing.
    """

    def __init__(
        self,
        document: KeyDocument,
        *,
        clock: Clock,
        log: Log,
        pause: float,
        age: float,
        patience: float = _PATIENCE,
    ) -> None:
        self._document = document
        self._clock = clock
        self._log = log
        self._pause = pause
        self._age = age
        self._patience = patience
        self._keys: dict[str, PublicKey] = {}
        self._raw: bytes | None = None
        self._failing = False
        self._tried_at: float | None = None
        self._reading: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()
        self._timer: Timer | None = None
        self._closed = False
        self.generation = 0
        self.due = False

    @property
    def standing(self) -> Standing:
        """``unread`` before the first attempt has ended, ``unavailable`` while none has brought a set; then ``read``,
        or ``stale`` when the last attempt brought nothing.
        """
        if self._raw is not None:
            return "stale" if self._failing else "read"
        return "unread" if self._tried_at is None else "unavailable"

    @property
    def next_attempt(self) -> int:
        """Whole seconds, one at least, until an id that is not known has the keys asked for again."""
        waited = 0.0 if self._tried_at is None else self._clock.monotonic() - self._tried_at
        return max(1, ceil(self._pause - waited))

    async def key(self, kid: str) -> PublicKey | None:
        """None for an id that the issuer does not have, or has not told. Waits at most ``patience`` seconds, and once
        for each attempt.
        """
        if self._older_than(self._age) or (kid not in self._keys and self._older_than(self._pause)):
            await self._refresh()
        return self._keys.get(kid)

    def fresh(self) -> bool:
        """Have the keys read again, without waiting for it. False when nobody has tried for twice their age: then they
        are nothing to rely on, and ``key`` waits for them.
        """
        self._begin_reading()
        return not self._older_than(2 * self._age)

    async def close(self) -> None:
        """End the reading, and whoever waits for it has what is known. Nothing is read from then on. Idempotent."""
        self._closed = True
        self._forget_timer()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait((self._reading,))

    def _older_than(self, seconds: float) -> bool:
        return self._tried_at is None or self._clock.monotonic() - self._tried_at >= seconds

    async def _refresh(self) -> None:
        self._begin_reading()
        reading = self._reading
        if reading is None:
            return
        await self._tried.wait()
        if reading.done() and not reading.cancelled():
            reading.result()

    def _begin_reading(self) -> None:
        """Once, however many ask at the same time."""
        if self._reading is None and not self._closed:
            self._tried = asyncio.Event()
            self._reading = asyncio.get_running_loop().create_task(self._read())
            self._call_later(self._patience, self._lose_patience)

    async def _read(self) -> None:
        brought = False
        try:
            raw = await self._document.read()
            if raw != self._raw:
                self._keys, self._raw = key_set(raw), raw
                self.generation += 1
            brought = True
        except (OSError, ValueError) as error:
            self._log.error("issuer_keys_unavailable", reason=str(error))
        finally:
            self._reading = None
            self._count_attempt(brought)

    def _lose_patience(self) -> None:
        self._log.error("issuer_keys_unavailable", reason=f"no answer within {self._patience:g} s")
        self._count_attempt(False)

    def _count_attempt(self, brought: bool) -> None:
        self._tried_at = self._clock.monotonic()
        self._failing = not brought
        self.due = False
        self._tried.set()
        if not self._closed:
            self._call_later(self._age if brought else self._pause, self._grow_old)

    def _call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Instead of what was to be called before."""
        self._forget_timer()
        self._timer = self._clock.call_later(seconds, callback)

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _grow_old(self) -> None:
        self.due = True


def key_set(raw: bytes) -> dict[str, PublicKey]:
    """The keys for RS256 and ES256 signatures by id; others are left out. Raises ``ValueError`` for no key set."""
    try:
        document = json.loads(raw)
    except RecursionError:
        raise ValueError("not a JWK set: nested too deeply") from None
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise ValueError("not a JWK set")
    found = {}
    for content in keys[:_MOST_KEYS]:
        key = _public_key(content)
        if key is not None:
            found[str(content["kid"])] = key
    return found


def _public_key(content: Any) -> PublicKey | None:
    if not isinstance(content, dict) or not isinstance(content.get("kid"), str) or content.get("use", "sig") != "sig":
        return None
    try:
        if content.get("kty") == "RSA":
            rsa = RSAKey.import_key(content)
            return rsa if rsa.public_key.key_size >= _LEAST_RSA_BITS else None
        if content.get("kty") == "EC" and content.get("crv") == "P-256":
            return ECKey.import_key(content)
    except (JoseError, ValueError, TypeError):
        return None
    return None
