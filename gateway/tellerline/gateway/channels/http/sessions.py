"""Logins: each holds one grant of the gateway while its tokens are good, and none after its end."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log
from tellerline.gateway.access.grants import GrantIssuer, LoginEndedError, token_hash
from tellerline.gateway.channels.http.refusals import unauthenticated
from tellerline.gateway.channels.http.tokens import Claims
from tellerline.gateway.journal.port import Grants, Registry
from tellerline.gateway.services.ports import Request
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Echo

CHANNEL = "ONLINE_BANKING"
_KEPT: Final = timedelta(days=1)
"""How long the end of a login is kept at least: its issuer may have made tokens that nobody here has seen."""
Key = tuple[str, str]


@dataclass(slots=True)
class Session:
    """One login of one customer. ``until`` is when its grant ends, in seconds of the epoch; ``leavers`` are called when
    it is over.
    """

    customer: str
    grant: str = field(repr=False)
    until: float
    last_token: float
    leavers: set[Callable[[], None]] = field(default_factory=set, repr=False)

    def end(self) -> None:
        for leave in tuple(self.leavers):
            leave()
        self.leavers.clear()


class SessionBook:
    """The sessions of this process, ``most`` of them: beyond that the one that was begun first loses its grant, and
    gets another with its next request.
    """

    def __init__(
        self,
        *,
        grants: Grants,
        issuer: GrantIssuer,
        registry: Registry,
        clock: Clock,
        log: Log,
        seconds: int,
        most: int,
    ) -> None:
        self._grants = grants
        self._issuer = issuer
        self._registry = registry
        self._clock = clock
        self._log = log
        self._seconds = seconds
        self._most = most
        self._sessions: OrderedDict[Key, Session] = OrderedDict()
        self._ended: OrderedDict[Key, float] = OrderedDict()
        self._beginning: dict[Key, asyncio.Task[Session]] = {}

    def known(self, claims: Claims, now: float) -> Session | None:
        """The login's session if it has a grant that lives at ``now``."""
        session = self._sessions.get((claims.customer, claims.session))
        if session is None or session.until <= now:
            return None
        session.last_token = max(session.last_token, claims.expires)
        return session

    async def of(self, claims: Claims) -> Session:
        """The login's session with a live grant, issued now if need be. Raises ``TOKEN_INVALID`` (401) for a login that
        has ended and for a customer whom the gateway does not know.
        """
        session = self.known(claims, self._clock.now().timestamp())
        if session is not None:
            return session
        key = claims.customer, claims.session
        if key in self._ended:
            raise unauthenticated(Code.TOKEN_INVALID, "session_ended")
        beginning = self._beginning.get(key)
        if beginning is None:
            beginning = self._beginning[key] = asyncio.get_running_loop().create_task(self._begin(key, claims))
            beginning.add_done_callback(lambda _: self._beginning.pop(key, None))
        session = await asyncio.shield(beginning)
        if key in self._ended:
            raise unauthenticated(Code.TOKEN_INVALID, "session_ended")
        return session

    async def end(self, claims: Claims) -> None:
        """End the login for every process of the store: its streams, its grants, and whatever its tokens could still
        have done. Idempotent. Raises ``StoreUnavailableError``; asked again, it is done.
        """
        key = claims.customer, claims.session
        self._remember_end(key, claims.expires)
        beginning = self._beginning.get(key)
        if beginning is not None:
            await asyncio.wait((beginning,))
        session, last_token = self._sessions.pop(key, None), claims.expires
        if session is not None:
            last_token = max(last_token, session.last_token)
            self._remember_end(key, last_token)
            session.end()
        until = max(datetime.fromtimestamp(last_token, UTC), self._clock.now() + _KEPT)
        await self._grants.end_login(login_of(key), until=until, who=CHANNEL, why="session_ended")
        if session is not None:
            self._log.info("session_ended", channel=CHANNEL, customer=claims.customer)

    async def alive(self, session: Session) -> bool:
        """Whether its grant still holds: another process, or the bank, may have taken it away a second ago."""
        return await self._grants.grant(token_hash(session.grant)) is not None

    async def _begin(self, key: Key, claims: Claims) -> Session:
        if await self._registry.customer(claims.customer) is None:
            raise unauthenticated(Code.TOKEN_INVALID, "subject")
        now = self._clock.now().timestamp()
        seconds = max(1, min(self._seconds, int(claims.expires - now)))
        asking = Request(channel=CHANNEL, channel_serial="login", command=Echo(), customer=claims.customer)
        try:
            grant = await self._issuer.issue(
                asking, accounts=(), operations=(), seconds=seconds, why="token_accepted", login=login_of(key)
            )
        except LoginEndedError:
            self._remember_end(key, claims.expires)
            raise unauthenticated(Code.TOKEN_INVALID, "session_ended") from None
        before = self._sessions.pop(key, None)
        session = Session(claims.customer, grant.token, grant.expires_at.timestamp(), claims.expires)
        if before is not None:
            session.leavers = before.leavers
        self._sessions[key] = session
        self._log.info("grant_issued", channel=CHANNEL, customer=claims.customer, renewed=before is not None)
        await self._make_room()
        return session

    async def _make_room(self) -> None:
        while len(self._sessions) > self._most:
            _, oldest = self._sessions.popitem(last=False)
            oldest.end()
            hashed = token_hash(oldest.grant)
            await self._grants.revoke(token_hash=hashed, who=CHANNEL, why="too_many_sessions")

    def _remember_end(self, key: Key, until: float) -> None:
        """Until no token of the login can be good any more."""
        self._ended[key] = max(until, self._ended.get(key, 0.0))
        now = self._clock.now().timestamp()
        while self._ended and (len(self._ended) > self._most * 2 or next(iter(self._ended.values())) <= now):
            self._ended.popitem(last=False)


def login_of(key: Key) -> str:
    """How the store calls a login: nobody gets from there to the issuer's session."""
    return hashlib.sha256("\n".join((CHANNEL, *key)).encode()).hexdigest()
