"""Length headers and TPDU."""

from __future__ import annotations

import pytest

from tellerline.gateway.channels.iso8583.framing import BadLengthError, Framing

TPDU = bytes.fromhex("6000120034")


@pytest.mark.parametrize("framing", [Framing(), Framing("ascii4")])
def test_a_frame_is_its_length_and_itself(framing: Framing) -> None:
    framed = framing.framed(b"", b"x" * 300)
    header, body = framed[: framing.header_bytes], framed[framing.header_bytes :]
    assert header == (b"\x01\x2c" if framing.header == "binary2" else b"0300")
    assert framing.length(header) == len(body)
    assert framing.opened(body) == (b"", body)


def test_an_answers_tpdu_goes_back_to_where_the_request_came_from() -> None:
    framing = Framing(tpdu=True)
    answer_tpdu, message = framing.opened(TPDU + b"0800")
    assert (answer_tpdu, message) == (bytes.fromhex("6000340012"), b"0800")
    assert framing.framed(answer_tpdu, message) == b"\x00\x09" + answer_tpdu + message


@pytest.mark.parametrize(
    ("framing", "header"),
    [
        (Framing(), b"\x00\x00"),
        (Framing(), b"\x08\x01"),
        (Framing(), b"\xff\xff"),
        (Framing("ascii4"), b"0000"),
        (Framing("ascii4"), b"2049"),
        (Framing("ascii4"), b"-001"),
        (Framing("ascii4"), b"+123"),
        (Framing("ascii4"), b" 123"),
        (Framing("ascii4"), "１２".encode()[:4]),
        (Framing(tpdu=True), b"\x00\x05"),
    ],
)
def test_a_length_that_no_frame_has_is_refused(framing: Framing, header: bytes) -> None:
    with pytest.raises(BadLengthError):
        framing.length(header)


def test_what_is_no_tpdu_is_refused() -> None:
    with pytest.raises(BadLengthError):
        Framing(tpdu=True).opened(b"0800" + bytes(8))
