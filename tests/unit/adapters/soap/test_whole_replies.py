"""What is taken for a whole reply is one for aiohttp's parser too, and says the same."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp.client_proto import ResponseHandler
from hypothesis import given, settings
from hypothesis import strategies as st

from tellerline.adapters.soap.whole_replies import WholeReply, expect_parts, read_whole

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nDate: Mon, 02 Mar 2026 09:15:04 GMT\r\n"
BODY = b"<ok/>"


def reply(more: bytes = b"", *, head: bytes = HEAD, body: bytes = BODY) -> bytes:
    return head + more + b"Content-Length: 5\r\n\r\n" + body


async def by_the_parser(data: bytes) -> tuple[WholeReply, bool]:
    """The reply, and whether another may come by the same connection."""
    protocol = ResponseHandler(asyncio.get_running_loop())
    expect_parts(protocol)
    protocol.data_received(data)
    message, content = await protocol.read()
    assert content.is_eof()
    told = WholeReply(message.code, message.headers.get("Content-Type", ""), await content.read())
    return told, not protocol.should_close


@pytest.mark.parametrize(
    "data",
    [
        reply(),
        reply(b"Server: x\r\nKeep-Alive: timeout=5\r\nX-Of-Theirs: 1\r\n"),
        reply(head=b"HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/xml\r\n"),
        reply(head=b"HTTP/1.1 200 \r\n"),
    ],
)
async def test_a_whole_reply_is_read_as_the_parser_reads_it(data: bytes) -> None:
    assert (read_whole(data), True) == await by_the_parser(data)


@pytest.mark.parametrize(
    "data",
    [
        reply(body=BODY[:-1]),
        reply(body=BODY + b"H"),
        reply(body=b""),
        reply(b"Connection: close\r\n"),
        reply(b"Connection: keep-alive\r\n"),
        reply(b"Content-Encoding: gzip\r\n"),
        reply(b"Transfer-Encoding: chunked\r\n"),
        reply(b"Content-Length: 5\r\n"),
        reply(b"CONTENT-TYPE: text/plain\r\n"),
        reply(b"Upgrade: h2c\r\n"),
        reply(b" folded: 1\r\n"),
        reply(b"No-Space:1\r\n"),
        reply(b"Odd Name: 1\r\n"),
        reply(b"Beyond: \xe4\r\n"),
        reply(b"Bare: a\rb\r\n"),
        reply(b"Long: " + b"x" * 8190 + b"\r\n"),
        reply(head=b"HTTP/1.0 200 OK\r\n"),
        reply(head=b"HTTP/1.1 100 Continue\r\n"),
        reply(head=b"HTTP/1.1 204 No Content\r\n"),
        reply(head=b"HTTP/1.1 404 Not Found\r\n"),
        reply(head=b"http/1.1 200 OK\r\n"),
        reply(head=b"\r\nHTTP/1.1 200 OK\r\n"),
        HEAD + b"\r\n" + BODY,
        HEAD + b"Content-Length: +5\r\n\r\n" + BODY,
        HEAD + b"Content-Length: 5, 5\r\n\r\n" + BODY,
        HEAD,
        b"",
    ],
)
def test_whatever_is_unusual_is_left_to_the_parser(data: bytes) -> None:
    assert read_whole(data) is None


NAMES = st.sampled_from(
    [
        *("Content-Type", "content-type", "Content-Length", "Connection", "Transfer-Encoding", "Date", "X", " X"),
        "Set-Cookie",
    ]
)
VALUES = st.sampled_from(
    ["text/xml", "5", "05", "4", "close", "keep-alive", "chunked", "", " ", " 5 ", "a, b", "\t5", "é"]
)


@settings(max_examples=1000)
@given(
    st.sampled_from(["HTTP/1.1 200 OK", "HTTP/1.1 500 x", "HTTP/1.1 200", "HTTP/1.0 200 OK", "HTTP/1.1 302 Found"]),
    st.lists(st.tuples(NAMES, st.sampled_from([": ", ":", ":  "]), VALUES), max_size=5),
    st.sampled_from(["<ok/>", "<ok/", "", "<ok/>x"]),
)
def test_nothing_is_taken_that_the_parser_reads_otherwise(
    status: str, fields: list[tuple[str, str, str]], body: str
) -> None:
    head = "\r\n".join([status, "Content-Length: 5", *("".join(field) for field in fields)])
    data = f"{head}\r\n\r\n{body}".encode("latin-1")
    whole = read_whole(data)
    if whole is not None:
        assert asyncio.run(by_the_parser(data)) == (whole, True)
