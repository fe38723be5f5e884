"""The quick way through the codec, held against the library: it says the same, or nothing."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellerline.gateway.channels.iso8583.codec import quick
from tellerline.gateway.channels.iso8583.codec.message import (
    BadFrameError,
    Layout,
    Message,
    decode_by_library,
    encode_by_library,
)
from tellerline.gateway.channels.iso8583.codec.tables import FIELDS

_LETTERS = {"n": "0123456789", "an": "AZ09 ", "ans": "AZaz09 .,/-", "z": "0123456789=D", "x+n": "0123456789C"}
layouts = st.builds(Layout, st.sampled_from(["1987", "1993"]), st.sampled_from(["ascii", "cp037", "cp500"]))


@st.composite
def _right(draw: st.DrawFn, layout: Layout) -> Message:
    fields = {}
    for number in draw(st.sets(st.sampled_from(sorted(FIELDS[layout.version])), min_size=1, max_size=8)):
        kind = FIELDS[layout.version][number]
        least = 1 if kind.prefix else kind.most
        if kind.binary:
            fields[number] = draw(st.binary(min_size=least, max_size=kind.most)).hex().upper()
        else:
            fields[number] = draw(st.text(_LETTERS[kind.kind], min_size=least, max_size=kind.most))
    return Message("0200" if layout.version == "1987" else "1200", fields)


@given(data=st.data(), layout=layouts)
def test_right_messages_are_written_and_read_as_the_library_does(data: st.DataObject, layout: Layout) -> None:
    message = data.draw(_right(layout))
    frame = quick.write(message.mti, message.fields, layout.version, layout.encoding)
    assert frame == encode_by_library(message, layout)
    found = quick.read(frame, layout.version, layout.encoding)
    assert found is not None
    by_library = decode_by_library(frame, layout)
    assert Message(*found) == by_library == message
    assert list(found[1]) == list(by_library.fields) == sorted(message.fields)


@given(data=st.data(), layout=layouts)
def test_of_changed_bytes_nothing_is_read_that_the_library_would_not_read(data: st.DataObject, layout: Layout) -> None:
    frame = bytearray(encode_by_library(data.draw(_right(layout)), layout))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(frame) - 1))
        change = data.draw(st.sampled_from(["set", "insert", "delete", "cut"]))
        byte = data.draw(st.integers(0, 255))
        if change == "set":
            frame[at] = byte
        elif change == "insert":
            frame.insert(at, byte)
        elif len(frame) > 1:
            del frame[at : at + 1 if change == "delete" else len(frame)]
            frame = frame or bytearray(b"0")
    found = quick.read(bytes(frame), layout.version, layout.encoding)
    if found is not None:
        assert Message(*found) == decode_by_library(bytes(frame), layout)


@given(
    layout=layouts,
    mti=st.sampled_from(["0210", "1210", "021", "02100", "", "\u0660210", "A210"]),
    fields=st.dictionaries(st.integers(0, 130), st.text("0123456789AFaf é\n\u0663", max_size=20), max_size=4),
)
def test_of_any_message_nothing_is_written_that_the_library_would_not_write(
    layout: Layout, mti: str, fields: dict[int, str]
) -> None:
    frame = quick.write(mti, fields, layout.version, layout.encoding)
    if frame is not None:
        assert frame == encode_by_library(Message(mti, fields), layout)


@pytest.mark.parametrize("number", [65, 129])
def test_a_field_that_no_version_has_has_no_plan(number: int) -> None:
    assert quick.write("0200", {number: "1"}, "1987", "ascii") is None
    with suppress(BadFrameError):
        assert quick.read(b"0200" + b"\x80" + bytes(7) + b"\x80" + bytes(15), "1987", "ascii") is None
