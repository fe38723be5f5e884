"""Logins under way: from the client's request over the form to a code, each good once and for a while."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from tellerline.adapters.clock import Clock, Randomness
from tellerline.simulators.issuer.rules import IssuerRules

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_MOST_STATE: Final = 512
_SECRET_BYTES: Final = 24
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asked for."""

    redirect: str
    state: str
    nonce: str
    challenge: str
    scope: str
    english: bool


@dataclass(frozen=True, slots=True)
class Proved:
    """A wish whose customer has proved who he is, at ``at`` (seconds of the epoch)."""

    wish: Wish
    customer: str
    at: int


class RefusedWishError(Exception):
    """A wish with an error of RFC 6749 as ``error``; ``redirect`` is empty where the client cannot be told."""

    def __init__(self, error: str, redirect: str = "", state: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.redirect = redirect
        self.state = state


class Shelf(Generic[T]):
    """Keeps things under secret names for ``seconds``, ``most`` at a time, the oldest going first."""

    def __init__(self, seconds: float, most: int, clock: Clock, randomness: Randomness) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._randomness = randomness
        self._kept: OrderedDict[str, tuple[T, float]] = OrderedDict()

    def put(self, thing: T) -> str:
        name = secret(self._randomness)
        self._kept[name] = thing, self._clock.monotonic() + self._seconds
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return name

    def look(self, name: str) -> T | None:
        kept = self._kept.get(name)
        return kept[0] if kept and kept[1] > self._clock.monotonic() else None

    def take(self, name: str) -> T | None:
        """As ``look``, and it is gone."""
        found = self.look(name)
        self._kept.pop(name, None)
        return found


def secret(randomness: Randomness) -> str:
    """192 random bits."""
    return base64.urlsafe_b64encode(randomness.bytes(_SECRET_BYTES)).decode()


def wish_of(query: Mapping[str, str], rules: IssuerRules) -> Wish:
    """Raises ``RefusedWishError``."""
    redirect, state = query.get("redirect_uri", ""), query.get("state", "")[:_MOST_STATE]
    if query.get("client_id") != rules.client or redirect not in rules.redirects:
        raise RefusedWishError("invalid_request")
    if query.get("response_type") != "code":
        raise RefusedWishError("unsupported_response_type", redirect, state)
    asked = query.get("scope", "").split()
    if "openid" not in asked:
        raise RefusedWishError("invalid_scope", redirect, state)
    challenge = query.get("code_challenge", "")
    if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise RefusedWishError("invalid_request", redirect, state)
    return Wish(
        redirect=redirect,
        state=state,
        nonce=query.get("nonce", "")[:_MOST_STATE],
        challenge=challenge,
        scope=" ".join(scope for scope in rules.scopes if scope in asked),
        english=query.get("ui_locales", "").lower().startswith("en"),
    )


def fits(verifier: str, challenge: str) -> bool:
    """Whether ``verifier`` is what ``challenge`` was made of (RFC 7636, S256)."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)
