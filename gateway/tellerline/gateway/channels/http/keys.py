"""The issuer's public keys: read from a file or a URL, kept, and asked for again when a token names another."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from tellerline.adapters.clock import Clock, Timer
from tellerline.adapters.telemetry import Log

PublicKey = RSAKey | ECKey
_MOST_BYTES: Final = 65_536
_MOST_KEYS: Final = 32
_LEAST_RSA_BITS: Final = 2048
_SECONDS: Final = 5.0


class KeyDocument(Protocol):
    """Where the key set comes from."""

    async def read(self) -> bytes:
        """The JWK set (RFC 7517). Raises ``OSError``."""


class KeyFile:
    """A key set in a file, read anew each time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def read(self) -> bytes:
        return await asyncio.to_thread(self._path.read_bytes)


class _StayThere(urllib.request.HTTPRedirectHandler):
    """Keys come from where the settings say, over what they say."""

    def redirect_request(self, *_: Any) -> None:
        return None


class KeyUrl:
    """A key set at an address that the settings name, and nowhere else. Waits five seconds for each part of an
    answer, takes 64 KiB at most.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    async def read(self) -> bytes:
        return await asyncio.to_thread(self._fetch)

    def _fetch(self) -> bytes:
        opener = urllib.request.build_opener(_StayThere)
        try:
            with opener.open(self._url, timeout=_SECONDS) as answer:
                content: bytes = answer.read(_MOST_BYTES + 1)
        except HTTPException as error:
            raise OSError(f"no HTTP: {error!r}") from error
        if len(content) > _MOST_BYTES:
            raise OSError("the key set is too large")
        return content


class IssuerKeys:
    """The keys by their ids. ``generation`` grows with each set that differs from the one before.

    They are read again after ``age`` seconds, and for an unknown id at most once in ``pause`` seconds, whoever asks:
    made-up ids cost nothing. While the issuer cannot be asked, the keys that are known go on.

    Whoever relies on keys that he asked for earlier looks at ``due`` each time, and calls ``fresh`` if it is set: that
    they are to be read again, after ``age`` seconds, or ``pause`` where the last reading failed.
    """

    def __init__(
        self,
        document: KeyDocument,
        *,
        clock: Clock,
        log: Log,
        pause: float,
        age: float,
        patience: float = _SECONDS,
    ) -> None:
        self._document = document
        self._clock = clock
        self._log = log
        self._pause = pause
        self._age = age
        self._patience = patience
        self._keys: dict[str, PublicKey] = {}
        self._raw = b""
        self._read_at: float | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ageing: Timer | None = None
        self.generation = 0
        self.due = False

    async def key(self, kid: str) -> PublicKey | None:
        """None for an id that the issuer does not have. Waits for it ``patience`` seconds at most, however slowly it
        answers.
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

    def _older_than(self, seconds: float) -> bool:
        return self._read_at is None or self._clock.monotonic() - self._read_at >= seconds

    async def _refresh(self) -> None:
        """A reading that takes longer goes on by itself."""
        reading = self._begin_reading()
        done, _ = await asyncio.wait((reading,), timeout=self._patience)
        if done:
            reading.result()

    def _begin_reading(self) -> asyncio.Task[None]:
        """Once, however many ask at the same time."""
        if self._reading is None:
            self._reading = asyncio.get_running_loop().create_task(self._read())
        return self._reading

    async def _read(self) -> None:
        good_for = self._pause
        try:
            raw = await self._document.read()
            if raw != self._raw:
                self._keys, self._raw = key_set(raw), raw
                self.generation += 1
            good_for = self._age
        except (OSError, ValueError) as error:
            self._log.error("issuer_keys_unavailable", reason=str(error))
        finally:
            self._read_at = self._clock.monotonic()
            self._reading = None
            self._let_age(good_for)

    def _let_age(self, seconds: float) -> None:
        if self._ageing is not None:
            self._ageing.cancel()
        self.due = False
        self._ageing = self._clock.call_later(seconds, self._grow_old)

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
