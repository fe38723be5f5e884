"""A stream of messages as server-sent events, with signs of life, a bound on listeners, and an end."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import orjson
from google.protobuf.message import Message

from tellerline.adapters.clock import Clock, Timer
from tellerline.gateway.channels.http.exchange import Exchange
from tellerline.gateway.channels.http.sessions import Session
from tellerline.gateway.channels.http.settings import StreamSettings
from tellerline.gateway.channels.http.transcoding.encoding import encoder_of
from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code

_ALIVE: Final = b": alive\n\n"
_WAITING: Final = 32
_TOKEN: Final = "resume_token"  # noqa: S105
TOKEN_EXPIRED, SESSION_ENDED, SERVER_ENDING = "TOKEN_EXPIRED", "SESSION_ENDED", "SERVER_ENDING"


class Listeners:
    """Counts open streams; beyond the bounds ``OVERLOADED``. ``end`` ends them all."""

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = settings
        self._customers: Counter[str] = Counter()
        self._leavers: set[Callable[[], None]] = set()

    @property
    def open(self) -> int:
        return self._customers.total()

    @contextmanager
    def place(self, customer: str, leave: Callable[[], None]) -> Iterator[None]:
        """A place for one more; ``leave`` is called when the server ends."""
        if self.open >= self._settings.most or self._customers[customer] >= self._settings.per_customer:
            raise RefusalError(Code.OVERLOADED)
        self._customers[customer] += 1
        self._leavers.add(leave)
        try:
            yield
        finally:
            self._leavers.discard(leave)
            self._customers[customer] -= 1
            if not self._customers[customer]:
                del self._customers[customer]

    def end(self) -> None:
        for leave in tuple(self._leavers):
            leave()


class EventStream:
    """Carries one stream to one listener. At most 32 messages wait for him; then the handler does."""

    def __init__(self, exchange: Exchange, messages: AsyncIterator[Message], clock: Clock, heartbeat: float) -> None:
        self._exchange = exchange
        self._messages = messages
        self._clock = clock
        self._heartbeat = heartbeat
        self._waiting: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._ending = ""
        self._due = False
        self._failure: Exception | None = None
        self._timers: list[Timer] = []

    def end(self, reason: str) -> None:
        """Let the listener go, telling him why; the first reason counts."""
        self._ending = self._ending or reason
        self._news.set()

    async def run(self, session: Session, seconds: float, alive: Callable[[], Awaitable[bool]]) -> None:
        """Until the token ends in ``seconds``, the session does, the messages do, or the listener leaves. ``alive`` is
        asked at every sign of life whether the session is over elsewhere.

        What the handler raises before its first message is raised here at once; later it ends the stream, and what
        was no refusal is raised then.
        """
        first = await anext(self._messages, None)
        leave = self._session_ended
        session.leavers.add(leave)
        producer = asyncio.get_running_loop().create_task(self._produce(first))
        self._timers = [self._clock.call_later(seconds, lambda: self.end(TOKEN_EXPIRED))]
        self._beat()
        try:
            await self._exchange.begin_events()
            await self._carry(alive)
        finally:
            session.leavers.discard(leave)
            for timer in self._timers:
                timer.cancel()
            producer.cancel()
            with suppress(asyncio.CancelledError):
                await producer
        if self._failure is not None:
            raise self._failure

    def _session_ended(self) -> None:
        self.end(SESSION_ENDED)

    async def _carry(self, alive: Callable[[], Awaitable[bool]]) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            if self._due:
                self._due = False
                await self._look(alive)
            chunks = b"".join(self._waiting)
            self._waiting.clear()
            self._room.set()
            if chunks:
                await self._exchange.event(chunks)
            if self._ending:
                reason = self._ending
                return await self._exchange.event(_event("end", {"reason": reason}), last=True)

    async def _look(self, alive: Callable[[], Awaitable[bool]]) -> None:
        """A store that does not answer ends no stream."""
        with suppress(StoreUnavailableError):
            if not await alive():
                self.end(SESSION_ENDED)

    def _beat(self) -> None:
        self._due = True
        self._news.set()
        if not self._waiting:
            self._put(_ALIVE)
        timer = self._clock.call_later(self._heartbeat, self._beat)
        self._timers = [*self._timers[:1], timer]

    def _put(self, chunk: bytes) -> None:
        self._waiting.append(chunk)
        self._news.set()

    async def _produce(self, first: Message | None) -> None:
        try:
            if first is not None:
                self._put(event_of(first))
            async for message in self._messages:
                while len(self._waiting) >= _WAITING:
                    self._room.clear()
                    await self._room.wait()
                self._put(event_of(message))
            self.end(SERVER_ENDING)
        except RefusalError as refusal:
            self.end(TOKEN_EXPIRED if refusal.code is Code.DEADLINE_EXCEEDED else refusal.code.value)
        except Exception as error:
            self._failure = error
            self.end(Code.INTERNAL.value)


def event_of(message: Message) -> bytes:
    """The event of one message: named after the one field that it carries beside its resume token (``begin`` for none),
    with that field as data and the token as id.
    """
    document = encoder_of(message.DESCRIPTOR)(message)
    token = getattr(message, _TOKEN, "")
    document.pop("resumeToken", None)
    name, data = next(iter(document.items()), ("begin", {}))
    return _event(name, data, str(token))


def _event(name: str, data: Any, token: str = "") -> bytes:
    head = f"id: {token}\n".encode() if token else b""
    return head + b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"
