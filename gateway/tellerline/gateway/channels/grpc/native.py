"""Native gRPC over ASGI: unary and server-streaming calls with nothing between the wire and the handler."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterable, Mapping
from contextlib import aclosing, suppress
from typing import Any, Final
from urllib.parse import quote

from google.protobuf.message import Message
from google.rpc.status_pb2 import Status

from tellerline.adapters.clock import Timer
from tellerline.adapters.rpc.identity import certificate_identity
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.grpc.admission import ANYBODY
from tellerline.gateway.channels.grpc.asgi import Receive, Scope, Send, client_address, client_certificate
from tellerline.gateway.channels.grpc.deadline import parse_timeout
from tellerline.gateway.channels.grpc.framing import PREFIX, framed, unframed
from tellerline.gateway.channels.grpc.rules import CallRules, parsed
from tellerline.gateway.channels.service import Method, StreamHandler
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.codes import Code

CONTENT_TYPES: Final = frozenset((b"application/grpc", b"application/grpc+proto"))
_UNQUOTED: Final = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")
_TRANSPORT: Final = ("content-type", "host", "content-length", "grpc-accept-encoding")
_GRPC: Final = (b"content-type", b"application/grpc")
_START: Final = {
    "type": "http.response.start",
    "status": 200,
    "headers": [_GRPC, (b"grpc-accept-encoding", b"identity, deflate, gzip")],
    "trailers": True,
}
_EMPTY: Final = {"type": "http.response.body", "body": b"", "more_body": False}
_DONE: Final = {"type": "http.response.trailers", "headers": [(b"grpc-status", b"0")], "more_trailers": False}


class NativeGrpc:
    """Serves ``application/grpc`` requests of an ASGI server that cancels the task of a stream that is gone."""

    def __init__(self, methods: Mapping[str, Method], rules: CallRules) -> None:
        self._methods = methods
        self._rules = rules
        self._calls: set[_Call] = set()

    def cut(self) -> None:
        """End every running call with SHUTTING_DOWN, those of stuck handlers too."""
        for call in tuple(self._calls):
            call.end_with(RefusalError(Code.SHUTTING_DOWN))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = _Call(send, self._rules, scope["path"])
        self._calls.add(call)
        try:
            await self._serve(call, scope, receive)
        except asyncio.CancelledError:
            if call.ending is None:
                raise
            await call.fail(call.ending)
        except Exception as error:
            await call.fail(error)
        finally:
            self._calls.discard(call)
            call.let_go()

    async def _serve(self, call: _Call, scope: Scope, receive: Receive) -> None:
        metadata = call.metadata
        read_metadata(scope["headers"], metadata)
        if "trailers" not in metadata.pop("te", ""):
            return await call.turn_away()
        wished, encoding = metadata.pop("grpc-timeout", None), metadata.pop("grpc-encoding", "identity")
        method = self._methods.get(call.path)
        if method is None:
            raise RefusalError(Code.OPERATION_NOT_OFFERED)
        certificate = client_certificate(scope)
        rules = self._rules
        context = rules.context(
            metadata,
            None if wished is None else parse_timeout(wished),
            peer=certificate_identity(certificate) if certificate else "",
            address=client_address(scope),
        )
        call.limit_to(context.deadline)
        limit = rules.settings.message_limit
        with ANYBODY if method.always else rules.admission:
            request = parsed(method.request, unframed(await _body(receive, limit), encoding, limit))
            if method.unary is not None:
                await call.answer(await method.unary(request, context))
            elif method.stream is not None:
                await _stream(call, method.stream, request, context)


class _Call:
    """One call's way out, taken once: by the handler's own task, or for it when it does not let go in time."""

    __slots__ = ("_answered", "_rescue", "_rules", "_send", "_started", "_task", "_timer", "ending", "metadata", "path")

    def __init__(self, send: Send, rules: CallRules, path: str) -> None:
        self.metadata: dict[str, str] = {}
        self.path = path
        self.ending: RefusalError | None = None
        self._answered = False
        self._started = False
        self._send = send
        self._rules = rules
        self._task = asyncio.current_task()
        self._timer: Timer | None = None
        self._rescue: asyncio.Task[None] | None = None

    def limit_to(self, deadline: float) -> None:
        """Let the call end with DEADLINE_EXCEEDED at ``deadline``."""
        clock = self._rules.clock
        self._timer = clock.call_later(deadline - clock.monotonic(), self._expire)

    def end_with(self, ending: RefusalError) -> None:
        """Cancel the handler, which answers with ``ending``; if it is still there a little later, answer without it."""
        self.let_go()
        self.ending = ending
        if self._task is not None:
            self._task.cancel()
        self._timer = self._rules.clock.call_later(self._rules.stuck_after, self._answer_for_stuck_handler)

    def let_go(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    async def answer(self, message: Message) -> None:
        """Send the one message of a unary call and its OK."""
        self._check()
        body = framed(message.SerializeToString())
        self._started = self._answered = True
        send = self._send
        await send(_START)
        await send({"type": "http.response.body", "body": body, "more_body": False})
        await send(_DONE)

    async def give(self, message: Message) -> None:
        """Send one message of a stream; returns when the client has room for it, raises ``OSError`` when it is gone."""
        self._check()
        body = framed(message.SerializeToString())
        try:
            if not self._started:
                self._started = True
                await self._send(_START)
            await self._send({"type": "http.response.body", "body": body, "more_body": True})
        except OSError:
            self._answered = True
            raise

    async def finish(self) -> None:
        """End a stream with OK."""
        self._check()
        await self._close(_DONE)

    async def fail(self, error: Exception) -> None:
        """End the call with the status of ``error``; nothing when it has ended already."""
        if not self._answered:
            await self._close(trailers(self._rules.status(error, self.metadata, self.path)))

    async def turn_away(self) -> None:
        """Refuse, without trailers, a caller that takes none: it would never learn how its call ended."""
        refusal = RefusalError(Code.INVALID_REQUEST, violations=(FieldViolation("te", "not trailers"),))
        end = trailers(self._rules.status(refusal, self.metadata, self.path))
        self._answered = self._started = True
        await self._send({"type": "http.response.start", "status": 200, "headers": [_GRPC, *end["headers"]]})
        await self._send(_EMPTY)

    def _check(self) -> None:
        if self.ending is not None:
            raise self.ending

    async def _close(self, end: dict[str, Any]) -> None:
        self._answered = True
        with suppress(OSError):
            if not self._started:
                self._started = True
                await self._send(_START)
            await self._send(_EMPTY)
            await self._send(end)

    def _expire(self) -> None:
        self.end_with(RefusalError(Code.DEADLINE_EXCEEDED))

    def _answer_for_stuck_handler(self) -> None:
        if self.ending is not None:
            self._rescue = asyncio.ensure_future(self.fail(self.ending))


async def _stream(call: _Call, handler: StreamHandler, request: Message, context: CallContext) -> None:
    messages: Any = handler(request, context)
    async with aclosing(messages):
        async for message in messages:
            await call.give(message)
    await call.finish()


async def _body(receive: Receive, limit: int) -> bytes:
    """The whole request body; raises ``RefusalError`` as soon as it is larger than one message may be."""
    event = await receive()
    body: bytes = event.get("body", b"")
    if not event.get("more_body"):
        return body
    parts, size = [body], len(body)
    while event.get("more_body") and size <= limit + PREFIX:
        event = await receive()
        body = event.get("body", b"")
        parts.append(body)
        size += len(body)
    if size > limit + PREFIX:
        raise RefusalError(Code.REQUEST_TOO_LARGE, metadata={"limit": str(limit)})
    return b"".join(parts)


def read_metadata(headers: Iterable[tuple[bytes, bytes]], metadata: dict[str, str]) -> None:
    """Put what the caller sent into ``metadata``: repeated keys joined by commas, ``-bin`` values as padded base64.

    Raises ``RefusalError`` (INVALID_REQUEST) for a ``-bin`` value that is not base64.
    """
    for name, value in headers:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        if key.endswith("-bin"):
            text = ",".join(_padded(key, part) for part in text.split(","))
        metadata[key] = f"{metadata[key]},{text}" if key in metadata else text
    for key in _TRANSPORT:
        metadata.pop(key, None)


def _padded(key: str, text: str) -> str:
    padded = text + "=" * (-len(text) % 4)
    try:
        base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusalError(Code.INVALID_REQUEST, violations=(FieldViolation(key, "not base64"),)) from error
    return padded


def trailers(status: Status) -> dict[str, Any]:
    """The end of a call that failed, as ASGI trailers."""
    details = base64.b64encode(status.SerializeToString()).rstrip(b"=")
    return {
        "type": "http.response.trailers",
        "headers": [
            (b"grpc-status", b"%d" % status.code),
            (b"grpc-message", quote(status.message, safe=_UNQUOTED).encode("ascii")),
            (b"grpc-status-details-bin", details),
        ],
        "more_trailers": False,
    }
