"""gRPC frames, whole and broken."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellerline.gateway.channels.grpc.framing import framed, unframed
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code

LIMIT = 1000


def compressed(data: bytes) -> bytes:
    return b"\x01" + len(data).to_bytes(4, "big") + data


@given(st.binary(max_size=LIMIT))
def test_what_is_framed_comes_back(message: bytes) -> None:
    assert unframed(framed(message), "identity", LIMIT) == message
    assert unframed(compressed(gzip.compress(message)), "gzip", 2 * LIMIT) == message
    assert unframed(compressed(zlib.compress(message)), "deflate", 2 * LIMIT) == message


def tried(body: bytes, encoding: str) -> bytes | Code:
    try:
        return unframed(body, encoding, LIMIT)
    except RefusalError as refusal:
        return refusal.code


@given(st.binary(max_size=64), st.sampled_from(["identity", "gzip", "deflate", "snappy", ""]))
def test_hostile_bytes_are_a_message_or_a_refusal(body: bytes, encoding: str) -> None:
    codes = {Code.INVALID_REQUEST, Code.REQUEST_TOO_LARGE, Code.OPERATION_NOT_OFFERED}
    outcome = tried(body, encoding)
    assert outcome in codes or (isinstance(outcome, bytes) and len(outcome) <= LIMIT)


@pytest.mark.parametrize(
    ("body", "encoding", "code"),
    [
        (b"", "identity", Code.INVALID_REQUEST),
        (framed(b"abc")[:-1], "identity", Code.INVALID_REQUEST),
        (framed(b"a") + framed(b"b"), "identity", Code.INVALID_REQUEST),
        (compressed(b"abc"), "identity", Code.INVALID_REQUEST),
        (compressed(b"abc"), "gzip", Code.INVALID_REQUEST),
        (compressed(gzip.compress(b"abc", mtime=0)[:-9]), "gzip", Code.INVALID_REQUEST),
        (compressed(b"abc"), "snappy", Code.OPERATION_NOT_OFFERED),
        (framed(b"x" * (LIMIT + 1)), "identity", Code.REQUEST_TOO_LARGE),
        (compressed(gzip.compress(b"x" * (LIMIT + 1), mtime=0)), "gzip", Code.REQUEST_TOO_LARGE),
        (b"\x00\xff\xff\xff\xff", "identity", Code.REQUEST_TOO_LARGE),
    ],
)
def test_each_broken_frame_has_its_code(body: bytes, encoding: str, code: Code) -> None:
    with pytest.raises(RefusalError) as caught:
        unframed(body, encoding, LIMIT)
    assert caught.value.code is code
