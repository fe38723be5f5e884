"""Online banking put together: from settings and the gateway's services to a port that serves."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from tellerline.adapters.clock import Clock, Randomness
from tellerline.adapters.telemetry import Log
from tellerline.gateway.access.grants import GrantIssuer
from tellerline.gateway.channels.grpc.asgi import Receive, Scope, Send
from tellerline.gateway.channels.http.application import Health, build_application
from tellerline.gateway.channels.http.doors import Doors
from tellerline.gateway.channels.http.endpoints import endpoints_of
from tellerline.gateway.channels.http.key_documents import KeyDocument, KeyFile, KeyUrl
from tellerline.gateway.channels.http.keys import IssuerKeys
from tellerline.gateway.channels.http.problems import ProblemWriter
from tellerline.gateway.channels.http.refusals import HttpRefusalError
from tellerline.gateway.channels.http.server import HttpServer
from tellerline.gateway.channels.http.sessions import SessionBook
from tellerline.gateway.channels.http.settings import HttpSettings
from tellerline.gateway.channels.http.tokens import TokenVerifier
from tellerline.gateway.channels.http.transcoder import Transcoder
from tellerline.gateway.channels.service import Service
from tellerline.gateway.journal.port import Grants, Registry
from tellerline.routing.model.codes import Code


class HttpChannel:
    """Serves from ``start`` until ``drain``; not to be started again. ``application`` is the ASGI application."""

    def __init__(
        self,
        services: tuple[Service, ...],
        settings: HttpSettings,
        *,
        grants: Grants,
        registry: Registry,
        clock: Clock,
        randomness: Randomness,
        log: Log,
        grant_seconds: int,
    ) -> None:
        self._keys = IssuerKeys(
            key_document(settings.jwks, clock), clock=clock, log=log, pause=settings.jwks_pause, age=settings.jwks_age
        )
        self._sessions = SessionBook(
            grants=grants,
            issuer=GrantIssuer(grants, clock, randomness),
            registry=registry,
            clock=clock,
            log=log,
            seconds=grant_seconds,
            most=settings.sessions,
        )
        self._doors = Doors(TokenVerifier(settings, self._keys, clock), self._sessions, settings.rates, clock)
        self._transcoder = Transcoder(
            endpoints_of(services),
            settings,
            self._doors,
            ProblemWriter(randomness, log),
            clock=clock,
            randomness=randomness,
        )
        self._serving = True
        self.application = build_application(settings, self._transcoder, self._doors, self._end_session, self._health)
        self._server = HttpServer(self.application, settings)

    async def start(self) -> int:
        """Listen and return the port. Raises ``OSError`` when the address cannot be had."""
        return await self._server.start()

    async def drain(self, grace: float) -> None:
        """End event streams, accept nothing new, let running requests end within ``grace`` seconds; ask the issuer for
        nothing from then on. Idempotent.
        """
        self._serving = False
        self._transcoder.end_streams()
        try:
            await self._server.drain(grace)
        finally:
            await self._keys.close()

    def _health(self) -> Health:
        return Health(serving=self._serving, issuer_keys=self._keys.standing)

    async def _end_session(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = self._transcoder.exchange(scope, send)
        try:
            self._doors.anybody(scope, exchange)
            exchange.check()
            if scope.get("method") != "POST":
                raise HttpRefusalError(Code.OPERATION_NOT_OFFERED, 405, headers={"allow": "POST"})
            await self._sessions.end(await self._doors.claims(exchange))
            await exchange.nothing()
        except Exception as error:
            await self._transcoder.fail(exchange, error)


def key_document(jwks: str, clock: Clock) -> KeyDocument:
    """A URL or a file, as the settings name it."""
    return KeyUrl(jwks, clock) if urlsplit(jwks).scheme in ("http", "https") else KeyFile(Path(jwks), clock)
