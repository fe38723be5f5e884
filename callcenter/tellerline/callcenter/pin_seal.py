"""PINs sealed where they are typed, for the gateway alone."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from joserfc import jwe
from joserfc.jwk import ECKey

from tellerline.connectors.telephony.switch import Seal

_ALGORITHM, _ENCRYPTION = "ECDH-ES", "A256GCM"


def pin_seal(jwk: str, call: str) -> Seal:
    """Makes blocks for the key of ``GetPinKey`` that are good in this telephone call alone.

    A block is a JWE in compact form (RFC 7516). The seal keeps no digits. Raises ``ValueError`` for another key.
    """
    document = json.loads(jwk)
    if not isinstance(document, dict) or document.get("crv") != "P-256" or "d" in document:
        raise ValueError("not a public key on P-256")
    key = ECKey.import_key(document)
    header = {"alg": _ALGORITHM, "enc": _ENCRYPTION, "kid": document.get("kid") or key.thumbprint()}

    def seal(digits: str) -> bytes:
        content = json.dumps({"pin": digits, "call": call})
        return jwe.encrypt_compact(header, content, key, algorithms=[_ALGORITHM, _ENCRYPTION]).encode()

    return seal


class PinSeals:
    """Seals for one call after the other, with a key that ``fetch`` gets once, and again after ``renew``."""

    def __init__(self, fetch: Callable[[], Awaitable[str]]) -> None:
        self._fetch = fetch
        self._jwk = ""

    async def seal(self, call: str) -> Seal:
        """Raises what ``fetch`` raises."""
        if not self._jwk:
            self._jwk = await self._fetch()
        return pin_seal(self._jwk, call)

    def renew(self) -> None:
        """A block was refused as not for this gateway: its key has changed."""
        self._jwk = ""
