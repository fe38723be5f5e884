"""The services under their HTTP paths: an ASGI application from a request's first byte to its answer's last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, suppress
from functools import partial
from typing import Any, Final, cast

from google.protobuf.message import Message

from tellerline.adapters.clock import Clock, Randomness
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.grpc.admission import Admission
from tellerline.gateway.channels.grpc.asgi import Receive, Scope, Send
from tellerline.gateway.channels.http.doors import Doors, Visitor
from tellerline.gateway.channels.http.endpoints import Endpoint
from tellerline.gateway.channels.http.events import SERVER_ENDING, EventStream, Listeners
from tellerline.gateway.channels.http.exchange import ClientLeftError, Exchange, Headers
from tellerline.gateway.channels.http.overdue import OverdueTasks
from tellerline.gateway.channels.http.problems import NO_BODY, Body, Problem, ProblemWriter
from tellerline.gateway.channels.http.refusals import HttpRefusalError
from tellerline.gateway.channels.http.request_ids import RequestIds
from tellerline.gateway.channels.http.security import as_bytes, data_headers
from tellerline.gateway.channels.http.settings import HttpSettings
from tellerline.gateway.channels.http.transcoding.templates import PathTable
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code

_LET_GO_S: Final = 0.5
"""How long a handler may take to keep its deadline before it is cancelled."""


class Transcoder:
    """Serves ``endpoints``. For one event loop; ``end_streams`` when the server ends."""

    def __init__(
        self,
        endpoints: Iterable[Endpoint],
        settings: HttpSettings,
        doors: Doors,
        problems: ProblemWriter,
        *,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._paths: PathTable[Endpoint] = PathTable()
        for endpoint in endpoints:
            self._paths.add(endpoint.route.method, endpoint.route.template, endpoint)
        self._settings = settings
        self._doors = doors
        self._problems = problems
        self._clock = clock
        self._ids = RequestIds(randomness)
        self._deadline = settings.deadline
        self._overdue = OverdueTasks(clock, settings.deadline + _LET_GO_S)
        self.headers = data_headers(settings)
        self._standing: Headers = as_bytes(self.headers)
        self._admission = Admission(settings.running)
        self._listeners = Listeners(settings.streams)
        self._running: set[str] = set()

    def exchange(self, scope: Scope, send: Send) -> Exchange:
        return Exchange(scope, send, self._ids.next(), self._standing)

    def end_streams(self) -> None:
        self._listeners.end()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = self.exchange(scope, send)
        endpoint: Endpoint | None = None
        try:
            visitor = self._doors.anybody(scope, exchange)
            exchange.check()
            endpoint, segments = self._found(scope)
            if not endpoint.route.public:
                await self._doors.customer(visitor, exchange)
            body = await exchange.body(receive, self._settings.body_limit) if endpoint.route.body else b""
            request = endpoint.request(segments, scope["query_string"], body, visitor, exchange)
            if endpoint.streams:
                await self._stream(endpoint, request, visitor, exchange)
            else:
                answering = self._once if endpoint.keyed else self._run
                await exchange.answer(endpoint.encode(await answering(endpoint, request, visitor)))
        except Exception as error:
            await self.fail(exchange, error, endpoint)

    async def fail(self, exchange: Exchange, error: Exception, endpoint: Endpoint | None = None) -> None:
        """Answer with the problem, if anybody is there to hear it; an answer that has begun is left as it is, and the
        server cuts it.
        """
        if isinstance(error, ClientLeftError):
            return
        problem = self.problem(exchange, error, endpoint)
        if not exchange.started:
            with suppress(ClientLeftError):
                await exchange.problem(problem)

    def problem(self, exchange: Exchange, error: Exception, endpoint: Endpoint | None = None) -> Problem:
        """What is said of ``error``, which is logged if it was no refusal."""
        route = endpoint.route if endpoint else None
        return self._problems.of(
            error,
            english=exchange.english,
            request_id=exchange.request_id,
            operation=route.operation if route else "",
            body=Body(route.body, route.closed) if route else NO_BODY,
        )

    def _found(self, scope: Scope) -> tuple[Endpoint, list[str]]:
        found = self._paths.find(_raw_path(scope))
        if found is None:
            raise HttpRefusalError(Code.OPERATION_NOT_OFFERED, 404)
        methods, segments = found
        endpoint = methods.get(scope["method"])
        if endpoint is None:
            raise HttpRefusalError(Code.OPERATION_NOT_OFFERED, 405, headers={"allow": ", ".join(sorted(methods))})
        return endpoint, segments

    async def _once(self, endpoint: Endpoint, request: Message, visitor: Visitor) -> Message:
        """``STILL_RUNNING`` (409) at once while the same key runs here; in another process the journal says so."""
        serial = cast(Any, request).context.channel_serial
        if serial in self._running:
            raise RefusalError(Code.STILL_RUNNING)
        self._running.add(serial)
        try:
            return await self._run(endpoint, request, visitor)
        finally:
            self._running.discard(serial)

    async def _run(self, endpoint: Endpoint, request: Message, visitor: Visitor) -> Message:
        """The handler's answer; one that does not keep its deadline is cancelled."""
        task, handler = asyncio.current_task(), endpoint.handler.unary
        if handler is None or task is None:
            raise TypeError(f"{endpoint.route.operation} has no handler for one answer")
        deadline = self._overdue.watch(task) + self._deadline
        try:
            context = CallContext(deadline=deadline, peer=self._settings.identity, address=visitor.address)
            with self._admission:
                return await handler(request, context)
        except asyncio.CancelledError:
            if self._overdue.let_go(task):
                raise
            raise RefusalError(Code.DEADLINE_EXCEEDED) from None
        finally:
            self._overdue.let_go(task)

    async def _stream(self, endpoint: Endpoint, request: Message, visitor: Visitor, exchange: Exchange) -> None:
        claims, session, handler = visitor.claims, visitor.session, endpoint.handler.stream
        if claims is None or session is None or handler is None:
            raise TypeError(f"{endpoint.route.operation} has no stream of a customer")
        seconds = max(0.0, claims.expires - self._clock.now().timestamp())
        context = CallContext(
            deadline=self._clock.monotonic() + seconds, peer=self._settings.identity, address=visitor.address
        )
        async with aclosing(cast(Any, _generator(handler(request, context)))) as messages:
            stream = EventStream(exchange, messages, self._clock, self._settings.streams.heartbeat)

            def leave() -> None:
                stream.end(SERVER_ENDING)

            with self._listeners.place(claims.customer, leave):
                await stream.run(session, seconds, partial(self._doors.alive, session))


async def _generator(messages: AsyncIterator[Message]) -> AsyncIterator[Message]:
    async for message in messages:
        yield message


def _raw_path(scope: Scope) -> str:
    raw = scope.get("raw_path")
    return raw.decode("ascii", "replace").partition("?")[0] if raw else str(scope["path"])
