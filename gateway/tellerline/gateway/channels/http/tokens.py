"""Bearer tokens (RFC 6750, RFC 9068): who sent a request, by the issuer's word."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from tellerline.adapters.clock import Clock
from tellerline.gateway.channels.http.keys import IssuerKeys
from tellerline.gateway.channels.http.refusals import insufficient_scope, unauthenticated, unverifiable
from tellerline.gateway.channels.http.settings import HttpSettings
from tellerline.routing.model.codes import Code

_ALGORITHMS: Final[Mapping[str, type[RSAKey] | type[ECKey]]] = {"RS256": RSAKey, "ES256": ECKey}
_MOST: Final = 4096
_REMEMBERED: Final = 10_000
_CUSTOMER: Final = re.compile(r"[A-Za-z0-9-]{1,32}")
_SESSION: Final = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class Claims:
    """Of a token that is good: the customer's number, the login's session, and when it ends (seconds of the epoch)."""

    customer: str
    session: str
    expires: float


class TokenVerifier:
    """Checks signature, issuer, audience, type, times, client and scope. What was good is remembered until it ends or
    the issuer's keys change, so that a signature is checked once: of the last ``most`` tokens. Remembered tokens have
    the keys read again like others, but wait for them only where nobody has asked for long.
    """

    def __init__(self, settings: HttpSettings, keys: IssuerKeys, clock: Clock, most: int = _REMEMBERED) -> None:
        self._settings = settings
        kind = settings.token_type.lower()
        self._types = kind, f"application/{kind}"
        self._scopes = frozenset(settings.scopes_required)
        self._keys = keys
        self._clock = clock
        self._most = most
        self._good: OrderedDict[str, tuple[Claims, int]] = OrderedDict()

    def known(self, authorization: str, now: float) -> Claims | None:
        """What ``claims`` would say at ``now``, if it has said so before."""
        known = self._good.get(authorization)
        if known is None or known[1] != self._keys.generation or known[0].expires <= now:
            return None
        if self._keys.due and not self._keys.fresh():
            return None
        return known[0]

    async def claims(self, authorization: str) -> Claims:
        """Of an ``Authorization`` header's value. Raises ``RefusalError`` with status 401: ``GRANT_MISSING`` where
        there is no bearer token, ``TOKEN_INVALID`` for one that is not good; with 403 (``GRANT_NOT_SUFFICIENT``) for
        a good one that was given for something else; with 503 (``ISSUER_UNAVAILABLE``) while the issuer cannot be
        asked for the key that it names, which may be a new one.
        """
        known = self.known(authorization, self._clock.now().timestamp())
        if known is not None:
            return known
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise unauthenticated(Code.GRANT_MISSING)
        payload = await self._payload(token)
        claims = self._checked(payload, self._clock.now().timestamp())
        self._good[authorization] = claims, self._keys.generation
        if len(self._good) > self._most:
            self._good.popitem(last=False)
        return claims

    async def _payload(self, token: str) -> dict[str, Any]:
        header = _header(token)
        kind = _ALGORITHMS.get(str(header.get("alg")))
        if kind is None:
            raise _bad("algorithm")
        if str(header.get("typ", "")).lower() not in self._types or "crit" in header:
            raise _bad("type")
        key = await self._keys.key(str(header.get("kid", "")))
        if key is None and self._keys.standing != "read":
            raise unverifiable(self._keys.next_attempt)
        if key is None or not isinstance(key, kind):
            raise _bad("key")
        try:
            signed = jws.deserialize_compact(token, key, algorithms=[header["alg"]])
            payload = json.loads(signed.payload)
        except (JoseError, ValueError, TypeError):
            raise _bad("signature") from None
        if not isinstance(payload, dict):
            raise _bad("claims")
        return payload

    def _checked(self, payload: dict[str, Any], now: float) -> Claims:
        settings = self._settings
        audience = payload.get("aud")
        if payload.get("iss") != settings.issuer:
            raise _bad("issuer")
        if settings.audience not in (audience if isinstance(audience, list) else [audience]):
            raise _bad("audience")
        expires = _instant(payload, "exp", None)
        if expires is None or expires <= now:
            raise _bad("expired")
        if any((_instant(payload, name, now) or now) > now + settings.leeway for name in ("nbf", "iat")):
            raise _bad("not_yet")
        customer, session = payload.get("sub"), payload.get("sid")
        if not isinstance(customer, str) or not _CUSTOMER.fullmatch(customer):
            raise _bad("subject")
        if not isinstance(session, str) or not _SESSION.fullmatch(session):
            raise _bad("session")
        if settings.clients and payload.get("client_id") not in settings.clients:
            raise _bad("client")
        scope = payload.get("scope", "")
        if not isinstance(scope, str):
            raise _bad("claims")
        if not self._scopes <= set(scope.split(" ")):
            raise insufficient_scope(settings.scopes_required)
        return Claims(customer, session, expires)


def _header(token: str) -> dict[str, Any]:
    if len(token) > _MOST or not token.isascii() or token.count(".") != 2:
        raise _bad("form")
    part = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise _bad("form") from None
    if not isinstance(header, dict):
        raise _bad("form")
    return header


def _instant(payload: dict[str, Any], name: str, missing: float | None) -> float | None:
    value = payload.get(name, missing)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e11:
        raise _bad("claims")
    return float(value)


def _bad(why: str) -> Exception:
    return unauthenticated(Code.TOKEN_INVALID, why)
