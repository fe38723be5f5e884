"""What native gRPC makes of headers, and of a status."""

from __future__ import annotations

import base64
from urllib.parse import unquote

import pytest
from google.rpc.status_pb2 import Status

from tellerline.gateway.channels.grpc.native import read_metadata, trailers
from tellerline.gateway.refusal import RefusalError


def read(*headers: tuple[bytes, bytes]) -> dict[str, str]:
    metadata: dict[str, str] = {}
    read_metadata(headers, metadata)
    return metadata


def test_the_transports_own_headers_are_left_out() -> None:
    assert read((b"content-type", b"application/grpc"), (b"host", b"a"), (b"x-a", b"1")) == {"x-a": "1"}


def test_repeated_keys_are_joined_and_binary_ones_padded() -> None:
    assert read((b"x-a", b"1"), (b"x-a", b"2"), (b"k-bin", b"AQI"), (b"k-bin", b"AQ==")) == {
        "x-a": "1,2",
        "k-bin": "AQI=,AQ==",
    }


@pytest.mark.parametrize("value", [b"!!!!", b"A", b"AA=A", b"\xff\xff"])
def test_binary_metadata_that_is_not_base64_is_refused(value: bytes) -> None:
    with pytest.raises(RefusalError):
        read((b"k-bin", value))


def test_a_status_becomes_trailers_that_any_header_can_carry() -> None:
    status = Status(code=13, message="100% 出错\r\nx: y")
    code, message, details = (value for _, value in trailers(status)["headers"])
    assert code == b"13"
    assert all(0x20 <= byte < 0x7F for byte in message)
    assert unquote(message.decode()) == status.message
    assert Status.FromString(base64.b64decode(details + b"=" * (-len(details) % 4))) == status
