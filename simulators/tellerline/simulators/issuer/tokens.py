"""The issuer's signature under what it says of a customer."""

from __future__ import annotations

from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from tellerline.adapters.clock import Clock, Randomness
from tellerline.simulators.issuer.logins import Proved, secret
from tellerline.simulators.issuer.rules import IssuerRules


class TokenMaker:
    """Signs with a key that lives as long as the issuer; ``rotate`` makes another, and forgets the old one."""

    def __init__(self, rules: IssuerRules, clock: Clock, randomness: Randomness) -> None:
        self._rules = rules
        self._clock = clock
        self._randomness = randomness
        self._key = _new_key()

    def rotate(self) -> None:
        self._key = _new_key()

    def key_set(self) -> dict[str, Any]:
        """The public keys (RFC 7517)."""
        return {"keys": [self._key.as_dict(private=False) | {"use": "sig", "alg": "ES256"}]}

    def answer(self, issuer: str, proved: Proved) -> dict[str, Any]:
        """The token endpoint's answer for a new login."""
        now = int(self._clock.now().timestamp())
        login = {
            "iss": issuer,
            "sub": proved.customer,
            "sid": secret(self._randomness),
            "iat": now,
            "exp": now + self._rules.token_seconds,
        }
        access = {"aud": self._rules.audience, "client_id": self._rules.client, "scope": proved.wish.scope}
        identity: dict[str, Any] = {"aud": self._rules.client, "auth_time": proved.at}
        if proved.wish.nonce:
            identity["nonce"] = proved.wish.nonce
        return {
            "access_token": self._signed("at+jwt", login | access | {"jti": secret(self._randomness)}),
            "token_type": "Bearer",
            "expires_in": self._rules.token_seconds,
            "id_token": self._signed("JWT", login | identity),
            "scope": proved.wish.scope,
        }

    def is_ours(self, token: str) -> bool:
        """Whether this issuer signed it, however long ago, for its client."""
        try:
            claims = jwt.decode(token, self._key, algorithms=["ES256"]).claims
        except (JoseError, ValueError):
            return False
        return bool(claims.get("aud") == self._rules.client)

    def _signed(self, kind: str, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "ES256", "typ": kind, "kid": self._key.kid}, claims, self._key)


def _new_key() -> ECKey:
    return ECKey.generate_key("P-256", auto_kid=True)
