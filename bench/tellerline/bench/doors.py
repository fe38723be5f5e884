"""The gateway's doors beside gRPC: online banking with its logins, and cash machines with their keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.bench.books import Books
from tellerline.gateway.channels.iso8583.development import DevelopmentTerminal, make_terminals

MACHINES = tuple(f"BENCH{number:03}" for number in range(10))
_ISSUER = "http://127.0.0.1/issuer"
_LOGIN_SECONDS = 4 * 3600
_PLENTY = 10**9


@dataclass(frozen=True)
class Doors:
    """Keys and settings in ``directory``, made when they are first asked for."""

    directory: Path

    @property
    def keys(self) -> Path:
        """The folder with the cash machines' keys."""
        return self.directory / "machines"

    def document(self) -> dict[str, Any]:
        """The settings' tables."""
        machines = tuple(DevelopmentTerminal(terminal) for terminal in MACHINES)
        atm = make_terminals(self.keys, SystemRandomness(), machines)
        public = self.directory / "jwks.json"
        public.write_bytes(orjson.dumps(KeySet([self._key]).as_dict(private=False)))
        rates = {"per_address": _PLENTY, "per_customer": _PLENTY}
        return {
            "atm": {
                "mode": "development",
                "terminals": atm.terminals,
                "hsm_key": atm.hsm_key,
                "frames_per_second": _PLENTY,
            },
            "http": {"mode": "development", "issuer": _ISSUER, "jwks": str(public), "rates": rates},
        }

    def tokens(self, books: Books) -> dict[str, str]:
        """A login of every holder, by customer number."""
        now = int(SystemClock().now().timestamp())
        claims = {"iss": _ISSUER, "aud": "tellerline", "iat": now, "exp": now + _LOGIN_SECONDS}
        claims |= {"client_id": "online-banking", "scope": "openid banking"}
        header = {"alg": "ES256", "typ": "at+jwt", "kid": self._key.kid}
        return {
            holder.customer: jwt.encode(header, {**claims, "sub": holder.customer, "sid": holder.customer}, self._key)
            for holder in books.holders
        }

    @cached_property
    def _key(self) -> ECKey:
        return ECKey.generate_key("P-256", auto_kid=True)
