"""Publishing to one queue with as few bytes moved and as few system calls as AMQP allows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from struct import Struct

from tellerline.adapters.mq.envelope import CONTENT_TYPE
from tellerline.adapters.mq.rabbitmq.link import PERSISTENT, Properties, publish_frame

_FRAME = Struct(">BHL")
_HEADER = Struct(">HHQH")
_SIZE = Struct(">L")
_HEADER_FRAME, _BODY_FRAME, _FRAME_END = 2, 3, b"\xce"
_CLASS_BASIC = 60
_LARGEST_BODY = 4096 - 8
"""What every peer takes in one frame: the smallest frame that AMQP lets it agree to, less the frame's own bytes."""


class Publisher:
    """Writes requests for ``queue`` on one channel, all mandatory, all answered at ``reply_to``.

    What one pass of the loop publishes leaves in one write at its end; a general client spends three on each message,
    and builds again what is the same for all. Only for a channel on which nothing else is published.
    """

    def __init__(
        self, emit: Callable[[bytes], None], channel_number: int, queue: str, reply_to: str, *, durable: bool
    ) -> None:
        self._emit = emit
        self._channel = channel_number
        self._method = publish_frame(channel_number, queue)
        self._flags = (
            Properties.FLAG_CONTENT_TYPE
            | Properties.FLAG_CORRELATION_ID
            | Properties.FLAG_REPLY_TO
            | Properties.FLAG_EXPIRATION
            | Properties.FLAG_TYPE
            | (Properties.FLAG_DELIVERY_MODE if durable else 0)
        )
        self._content_type = _short(CONTENT_TYPE)
        self._delivery = bytes((PERSISTENT,)) if durable else b""
        self._reply_to = _short(reply_to)
        self._waiting: list[bytes] = []

    def publish(self, body: bytes, correlation: str, message_type: str, expires_ms: int, *, trace: str = "") -> None:
        """Queue one message for this pass's write; raises ``ValueError`` for a name above 255 bytes.

        ``trace`` goes along as the header ``traceparent``.
        """
        payload = b"".join(
            (
                _HEADER.pack(
                    _CLASS_BASIC, 0, len(body), self._flags | Properties.FLAG_HEADERS if trace else self._flags
                ),
                self._content_type,
                _trace_table(trace) if trace else b"",
                self._delivery,
                _short(correlation),
                self._reply_to,
                _short(str(expires_ms)),
                _short(message_type),
            )
        )
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting += (
            self._method,
            _FRAME.pack(_HEADER_FRAME, self._channel, len(payload)),
            payload,
            _FRAME_END,
        )
        for start in range(0, len(body), _LARGEST_BODY):
            part = body[start : start + _LARGEST_BODY]
            self._waiting += (_FRAME.pack(_BODY_FRAME, self._channel, len(part)), part, _FRAME_END)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._emit(b"".join(waiting))


def _trace_table(trace: str) -> bytes:
    value = trace.encode()
    entry = _short("traceparent") + b"S" + _SIZE.pack(len(value)) + value
    return _SIZE.pack(len(entry)) + entry


def _short(text: str) -> bytes:
    raw = text.encode()
    return bytes((len(raw),)) + raw
