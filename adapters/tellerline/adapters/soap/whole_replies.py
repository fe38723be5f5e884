"""Replies that come whole and say nothing unusual, taken before a parser is made for them.

Nearly every reply of a SOAP host is one: its head and its body in one piece, and a head that the host has used before
this second. Whatever else comes goes to aiohttp's protocol, as if nobody had looked at it.
"""

from __future__ import annotations

import asyncio
import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

from aiohttp.client_proto import ResponseHandler

LONGEST_LINE: Final = 8190
_HEADS_KEPT: Final = 256
_HEAD: Final = re.compile(rb"HTTP/1\.1 ([1-9][0-9]{2}) [ -~]*((?:\r\n[A-Za-z][A-Za-z0-9-]*: [ -~]*)+)")
_LENGTH: Final = re.compile(r"[0-9]{1,9}")
_UNUSUAL: Final = frozenset({"connection", "content-encoding", "trailer", "transfer-encoding", "upgrade"})
_CODES: Final = frozenset({200, 500})


class WholeReply(NamedTuple):
    """With its body, of just the length that its head announced; nothing came after it."""

    code: int
    content_type: str
    body: bytes


class Doorway(asyncio.Protocol):
    """Stands before ``protocol`` on its transport. While a reply is expected, a whole one ends here."""

    def __init__(self, protocol: ResponseHandler) -> None:
        self._protocol = protocol
        self._expected: asyncio.Future[WholeReply | None] | None = None

    @classmethod
    def of(cls, protocol: ResponseHandler) -> Doorway:
        """The one before ``protocol``, which stands there from now on. The protocol must be connected."""
        transport: Any = protocol.transport
        before = transport.get_protocol()
        if not isinstance(before, cls):
            before = cls(protocol)
            transport.set_protocol(before)
        return before

    def expect(self) -> asyncio.Future[WholeReply | None]:
        """The next reply; None if the protocol has what came of it, and is to be asked."""
        self._expected = asyncio.get_running_loop().create_future()
        return self._expected

    def data_received(self, data: bytes) -> None:
        expected = self._expected
        if expected is None:
            self._protocol.data_received(data)
            return
        self._expected = None
        whole = read_whole(data)
        if whole is None:
            expect_parts(self._protocol)
            self._protocol.data_received(data)
        if not expected.done():
            expected.set_result(whole)

    def eof_received(self) -> None:
        self._protocol.eof_received()

    def connection_lost(self, exc: BaseException | None) -> None:
        expected, self._expected = self._expected, None
        if expected is not None:
            expect_parts(self._protocol)
        self._protocol.connection_lost(exc)
        if expected is not None and not expected.done():
            expected.set_result(None)

    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        self._protocol.resume_writing()


def expect_parts(protocol: ResponseHandler) -> None:
    """Have ``protocol`` parse the next reply."""
    protocol.set_response_params(
        read_until_eof=True, auto_decompress=False, max_line_size=LONGEST_LINE, max_field_size=LONGEST_LINE
    )


def read_whole(data: bytes) -> WholeReply | None:
    """The reply that ``data`` is, if that can be told at once: HTTP/1.1, status 200 or 500, a length, and nothing that
    changes how body or connection are to be taken."""
    head, _, body = data.partition(b"\r\n\r\n")
    known = _read_head(head) if len(head) < LONGEST_LINE else None
    if known is None or len(body) != known[2]:
        return None
    return WholeReply(known[0], known[1], body)


@lru_cache(_HEADS_KEPT)
def _read_head(head: bytes) -> tuple[int, str, int] | None:
    """Status, content type and length."""
    matched = _HEAD.fullmatch(head)
    if matched is None or int(matched[1]) not in _CODES:
        return None
    lines = [line.partition(": ") for line in matched[2].decode("ascii").split("\r\n")[1:]]
    fields = {name.lower(): value.strip() for name, _, value in lines}
    if len(fields) < len(lines) or not _UNUSUAL.isdisjoint(fields):
        return None
    length = fields.get("content-length", "")
    if not _LENGTH.fullmatch(length):
        return None
    return int(matched[1]), fields.get("content-type", ""), int(length)
