"""One request on its way: what of its head matters, and the one answer that it gets."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from functools import lru_cache
from typing import Any, Final

import orjson

from tellerline.gateway.channels.grpc.asgi import Receive, Scope, Send
from tellerline.gateway.channels.grpc.status import prefers_english
from tellerline.gateway.channels.http.problems import Problem
from tellerline.gateway.channels.http.rates import RateState
from tellerline.gateway.channels.http.refusals import HttpRefusalError, bad_field
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code

_WANTED: Final = frozenset(
    {
        b"accept-language",
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"idempotency-key",
        b"last-event-id",
    }
)
_JSON: Final = (b"content-type", b"application/json")
_PROBLEM: Final = (b"content-type", b"application/problem+json")
Header = tuple[bytes, bytes]
Headers = list[Header]


class ClientLeftError(Exception):
    """Nobody is there any more to be answered: no defect of ours, and of what was done nothing is undone."""


_prefers_english = lru_cache(256)(prefers_english)


class Exchange:
    """Reads the head at once; raises ``RefusalError`` from ``check`` for one that says something twice. Whatever waits
    for the client raises ``ClientLeftError`` when he is gone.
    """

    __slots__ = ("_send", "_standing", "_twice", "english", "head", "rate", "request_id", "started")

    def __init__(self, scope: Scope, send: Send, request_id: str, standing: Headers) -> None:
        self._send = send
        self._standing = standing
        self._twice = ""
        self.request_id = request_id
        self.rate: RateState | None = None
        head: dict[bytes, str] = {}
        self.head = head
        self.started = False
        for name, value in scope["headers"]:
            if name in _WANTED:
                if name in head:
                    self._twice = name.decode("latin-1")
                head[name] = value.decode("latin-1")
        self.english = _prefers_english(head.get(b"accept-language", ""))

    def check(self) -> None:
        if self._twice:
            raise bad_field(self._twice, "given_twice")

    async def body(self, receive: Receive, limit: int) -> bytes:
        """The whole body. Raises ``REQUEST_TOO_LARGE`` (413), also by what the head announces."""
        announced = self.head.get(b"content-length", "0")
        if announced.isascii() and announced.isdigit() and int(announced[:12]) > limit:
            raise RefusalError(Code.REQUEST_TOO_LARGE, metadata={"body_limit": str(limit)})
        parts, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientLeftError
            part = message.get("body", b"")
            size += len(part)
            if size > limit:
                raise RefusalError(Code.REQUEST_TOO_LARGE, metadata={"body_limit": str(limit)})
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)

    def check_json(self) -> None:
        """Refuse (415) a body that says it is anything but JSON in UTF-8."""
        kind, _, parameters = self.head.get(b"content-type", "").partition(";")
        charset = parameters.strip().lower().removeprefix("charset=").strip('"')
        coded = self.head.get(b"content-encoding", "identity").lower()
        if kind.strip().lower() != "application/json" or charset not in ("", "utf-8", "utf8") or coded != "identity":
            raise HttpRefusalError(Code.INVALID_REQUEST, 415, headers={"accept-post": "application/json"})

    def answer(self, value: Any) -> Awaitable[None]:
        """200, with ``value`` as JSON."""
        return self._respond(200, (), _JSON, orjson.dumps(value))

    async def nothing(self) -> None:
        """204."""
        await self._respond(204, (), None, b"")

    async def problem(self, problem: Problem) -> None:
        own = [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in problem.headers.items()]
        await self._respond(problem.status, own, _PROBLEM, orjson.dumps(problem.document))

    async def begin_events(self) -> None:
        """Begin an answer of server-sent events; ``event`` sends each."""
        self.started = True
        kind = (b"content-type", b"text/event-stream; charset=utf-8")
        headers = self._headers((kind, (b"x-accel-buffering", b"no")))
        await self._say({"type": "http.response.start", "status": 200, "headers": headers})

    async def event(self, chunk: bytes, *, last: bool = False) -> None:
        await self._say({"type": "http.response.body", "body": chunk, "more_body": not last})

    async def _respond(self, status: int, own: Iterable[Header], kind: Header | None, body: bytes) -> None:
        """Without a ``kind`` there is no content."""
        self.started = True
        headers = self._headers(own)
        if kind is not None:
            headers += kind, (b"content-length", b"%d" % len(body))
        try:
            await self._send({"type": "http.response.start", "status": status, "headers": headers})
            await self._send({"type": "http.response.body", "body": body, "more_body": False})
        except OSError as gone:
            raise ClientLeftError from gone

    async def _say(self, message: dict[str, Any]) -> None:
        try:
            await self._send(message)
        except OSError as gone:
            raise ClientLeftError from gone

    def _headers(self, own: Iterable[Header]) -> Headers:
        """``own``, those of this request, and those of every answer."""
        named = b"x-request-id", self.request_id.encode("ascii")
        told = self.rate.headers() if self.rate is not None else ()
        return [*own, named, *told, *self._standing]
