"""Who may pass before anything is done for him: the address's rate, the token, the customer's rate, the grant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tellerline.adapters.clock import Clock
from tellerline.gateway.channels.addresses import household_of
from tellerline.gateway.channels.grpc.asgi import Scope
from tellerline.gateway.channels.http.exchange import Exchange
from tellerline.gateway.channels.http.rates import RateLimit
from tellerline.gateway.channels.http.sessions import Session, SessionBook
from tellerline.gateway.channels.http.settings import RateSettings
from tellerline.gateway.channels.http.tokens import Claims, TokenVerifier

PARTS_PER_REQUEST: Final = 20
"""So many of the page's files, which cost little and come forty at a time, count as much as one request."""


@dataclass(slots=True)
class Visitor:
    """Who asks, with the address he asks from; both others are None on public routes."""

    address: str
    claims: Claims | None = None
    session: Session | None = None


class Doors:
    """Lets requests pass or raises ``RefusalError``; the answer's ``RateLimit`` headers are set either way."""

    def __init__(self, verifier: TokenVerifier, sessions: SessionBook, rates: RateSettings, clock: Clock) -> None:
        self._verifier = verifier
        self._clock = clock
        self._sessions = sessions
        self._addresses = RateLimit("address", rates.per_address, clock=clock, most=rates.remembered)
        parts = rates.per_address * PARTS_PER_REQUEST
        self._parts = RateLimit("page", parts, clock=clock, most=rates.remembered)
        self._customers = RateLimit("customer", rates.per_customer, clock=clock, most=rates.remembered)

    def anybody(self, scope: Scope, exchange: Exchange) -> Visitor:
        """Pass by address alone."""
        address = address_of(scope)
        exchange.rate = self._addresses.hit(address)
        return Visitor(address)

    def part_of_the_page(self, scope: Scope) -> None:
        """Pass by address alone, to one of the page's files; takes nothing from what ``anybody`` lets pass."""
        self._parts.hit(address_of(scope))

    async def claims(self, exchange: Exchange) -> Claims:
        """Of a good token, without a session."""
        return await self._verifier.claims(exchange.head.get(b"authorization", ""))

    async def alive(self, session: Session) -> bool:
        """Whether the session still holds, wherever it may have been ended."""
        return await self._sessions.alive(session)

    async def customer(self, visitor: Visitor, exchange: Exchange) -> None:
        """Pass with a good token of a login that has not ended, which the visitor has from then on."""
        now = self._clock.now().timestamp()
        known = self._verifier.known(exchange.head.get(b"authorization", ""), now)
        claims = known or await self.claims(exchange)  # which may wait for the issuer: ``now`` is over then
        exchange.rate = None
        exchange.rate = self._customers.hit(claims.customer)
        visitor.session = (known and self._sessions.known(known, now)) or await self._sessions.of(claims)
        visitor.claims = claims


def address_of(scope: Scope) -> str:
    """Whose the client's address is. Empty where it is not known."""
    client = scope.get("client")
    if not client:
        return ""
    return household_of(str(client[0]))
