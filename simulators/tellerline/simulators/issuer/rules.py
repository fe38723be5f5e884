"""What the issuer is told: whom it serves, and who knows whether a PIN is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit


class IssuerError(Exception):
    """The issuer does not serve as it was asked to."""


class Prove(Protocol):
    """Compares a PIN; each call counts as one try."""

    async def __call__(self, customer: str, pin: str, *, english: bool) -> str:
        """Empty when it is right; else a sentence for the customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerRules:
    """``redirects`` are the only addresses that a login or logout leads back to, character by character. Tokens are for
    ``audience`` and for what the client asked for of ``scopes``, and live ``token_seconds``; a login form is good for
    ``form_seconds``, a code for ``code_seconds``.

    Raises ``IssuerError`` in production: a bank has an identity provider of its own.
    """

    redirects: tuple[str, ...]
    client: str = "online-banking"
    audience: str = "tellerline"
    scopes: tuple[str, ...] = ("openid", "banking")
    production: bool = False
    token_seconds: int = 900
    form_seconds: int = 600
    code_seconds: int = 60
    most_pending: int = 10_000

    def __post_init__(self) -> None:
        if self.production:
            raise IssuerError("the development issuer does not serve in production: name the bank's own")

    @property
    def origins(self) -> frozenset[str]:
        """Where the client's pages are."""
        return frozenset(origin_of(redirect) for redirect in self.redirects)


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
