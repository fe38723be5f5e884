"""PIN blocks as a switch or a keypad makes them."""

from __future__ import annotations

import json

from joserfc import jwe
from joserfc.jwk import ECKey


def sealed(jwk: str, pin: str, call: str = "") -> str:
    """A block of ``pin`` for the key of ``GetPinKey``."""
    key = ECKey.import_key(json.loads(jwk))
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": key.as_dict()["kid"]}
    content = json.dumps({"pin": pin, "call": call})
    return jwe.encrypt_compact(header, content, key, algorithms=["ECDH-ES", "A256GCM"])
