"""gRPC's length-prefixed messages: one byte "compressed", four bytes length, the message."""

from __future__ import annotations

import zlib

from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.codes import Code

PREFIX = 5
_GZIP_WINDOW = 31


def framed(message: bytes) -> bytes:
    """One uncompressed frame."""
    return b"\0" + len(message).to_bytes(4, "big") + message


def unframed(body: bytes, encoding: str, limit: int) -> bytes:
    """The one message of a unary or server-streaming request.

    Raises ``RefusalError``: INVALID_REQUEST for a bad frame, no frame, two frames or broken compression,
    OPERATION_NOT_OFFERED for a compression other than gzip and deflate, REQUEST_TOO_LARGE for a message above
    ``limit``, before or after decompression.
    """
    if len(body) < PREFIX:
        raise _bad("no complete message")
    length = int.from_bytes(body[1:PREFIX], "big")
    if length > limit:
        raise RefusalError(Code.REQUEST_TOO_LARGE, metadata={"limit": str(limit)})
    if length != len(body) - PREFIX:
        raise _bad("not exactly one message")
    if body[0] == 0:
        return body[PREFIX:]
    if body[0] != 1 or encoding == "identity":
        raise _bad("flagged as compressed, without a compression")
    if encoding not in ("gzip", "deflate"):
        raise RefusalError(Code.OPERATION_NOT_OFFERED, violations=(FieldViolation("grpc-encoding", "not supported"),))
    return _inflated(body[PREFIX:], encoding, limit)


def _inflated(data: bytes, encoding: str, limit: int) -> bytes:
    inflater = zlib.decompressobj(_GZIP_WINDOW if encoding == "gzip" else zlib.MAX_WBITS)
    try:
        message = inflater.decompress(data, limit + 1)
    except zlib.error as error:
        raise _bad("bad compression") from error
    if len(message) > limit:
        raise RefusalError(Code.REQUEST_TOO_LARGE, metadata={"limit": str(limit)})
    if not inflater.eof:
        raise _bad("bad compression")
    return message


def _bad(why: str) -> RefusalError:
    return RefusalError(Code.INVALID_REQUEST, violations=(FieldViolation("", why),))
