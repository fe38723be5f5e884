"""PINs that travel sealed: nobody between the keypad and this module has them in clear."""

from __future__ import annotations

import json
from collections.abc import Sequence

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.codes import Code

ALGORITHM, ENCRYPTION = "ECDH-ES", "A256GCM"
_MOST = 2048


class PinBlocks:
    """Opens blocks: JWE in compact form (RFC 7516; ECDH-ES on P-256, A256GCM) of ``{"pin": …, "call": …}``.

    ``keys`` are private keys (PEM), the newest first, which new blocks are to be sealed for; the others still open what
    was sealed for them before. Without keys, one is made that lives as long as this process. Raises ``ValueError`` for
    a key that is no private key on P-256.
    """

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        loaded = [_loaded(pem) for pem in keys] or [ECKey.generate_key("P-256", {"use": "enc"}, auto_kid=True)]
        self._keys = {key.thumbprint(): key for key in loaded}
        newest = loaded[0]
        self.key_id = newest.thumbprint()
        self.public_key = json.dumps(newest.as_dict(private=False) | {"kid": self.key_id, "use": "enc"})
        """A JWK (RFC 7517)."""

    def clear(self, typed: str, block: str, field: str, call: str) -> str:
        """The PIN that was typed or, where it came as a block, what is in it.

        ``INVALID_REQUEST`` for both at once and for a block that is not for this gateway (``not_for_us``), is no block
        (``not_a_block``) or was sealed for another telephone call than ``call`` (``other_call``); the violation names
        ``field`` with ``_block`` behind it.
        """
        if not block:
            return typed
        if typed:
            raise _refused(field, "given_twice")
        if len(block) > _MOST or not block.isascii():
            raise _refused(field, "not_a_block")
        content = self._open(block, field)
        if not isinstance(content, dict) or not isinstance(content.get("pin"), str):
            raise _refused(field, "not_a_block")
        if content.get("call") != call:
            raise _refused(field, "other_call")
        pin: str = content["pin"]
        return pin

    def _open(self, block: str, field: str) -> object:
        def key_of(sealed: object) -> ECKey:
            headers: dict[str, object] = getattr(sealed, "headers", dict)()
            key = self._keys.get(str(headers.get("kid", "")))
            if key is None:
                raise _refused(field, "not_for_us")
            return key

        try:
            opened = jwe.decrypt_compact(block, key_of, algorithms=[ALGORITHM, ENCRYPTION]).plaintext
            return json.loads(opened or b"")
        except (JoseError, ValueError, KeyError, TypeError):
            raise _refused(field, "not_a_block") from None


def _loaded(pem: bytes) -> ECKey:
    key = ECKey.import_key(pem, {"use": "enc"})
    if key.curve_name != "P-256" or not key.is_private:
        raise ValueError("not a private key on P-256")
    return key


def _refused(field: str, why: str) -> RefusalError:
    return RefusalError(Code.INVALID_REQUEST, violations=(FieldViolation(f"{field}_block", why),))
