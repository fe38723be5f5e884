"""Bytes to a message and back, in every version and character set; and bytes that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellerline.gateway.channels.iso8583.codec.message import (
    BadFrameError,
    Layout,
    Message,
    decode,
    encode,
    layout_of,
)
from tellerline.gateway.channels.iso8583.codec.notation import FieldType, field_type
from tellerline.gateway.channels.iso8583.codec.tables import FIELDS
from tellerline.gateway.channels.iso8583.codec.tags import parse_tags, tagged

LAYOUTS = [Layout(version, encoding) for version in ("1987", "1993") for encoding in ("ascii", "cp037", "cp500")]
_ALPHABETS = {"n": "0123456789", "an": "AZ09 ", "ans": "AZaz09 .,/-", "z": "0123456789=D", "x+n": "0123456789"}
ASCII = Layout("1987", "ascii")
PLAIN = Message("0200", {3: "010000", 4: "000000050000", 11: "000001", 41: "T0000001"})


def _values(kind: FieldType) -> st.SearchStrategy[str]:
    shortest = 1 if kind.prefix else kind.most
    if kind.binary:
        return st.binary(min_size=shortest, max_size=kind.most).map(lambda value: value.hex().upper())
    if kind.kind == "x+n":
        return st.text("0123456789", min_size=kind.most - 1, max_size=kind.most - 1).map(lambda value: "C" + value)
    return st.text(_ALPHABETS[kind.kind], min_size=shortest, max_size=kind.most)


@st.composite
def _messages(draw: st.DrawFn, layout: Layout) -> Message:
    table = FIELDS[layout.version]
    numbers = draw(st.sets(st.sampled_from(sorted(table)), min_size=1, max_size=6))
    digit = "0" if layout.version == "1987" else "1"
    return Message(digit + "200", {number: draw(_values(table[number])) for number in sorted(numbers)})


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: f"{layout.version}-{layout.encoding}")
@given(data=st.data())
def test_what_is_written_is_read(layout: Layout, data: st.DataObject) -> None:
    message = data.draw(_messages(layout))
    frame = encode(message, layout)
    assert decode(frame, layout) == message
    seen = layout_of(frame)
    assert seen is not None
    assert (seen.version, seen.encoding == "ascii") == (layout.version, layout.encoding == "ascii")


def test_bitmaps_and_binary_fields_are_raw_bytes_in_every_character_set() -> None:
    message = Message("0800", {52: "0123456789ABCDEF", 70: "301"})
    assert encode(message, ASCII) == b"0800" + bytes.fromhex("8000000000001000" + "0400000000000000") + (
        bytes.fromhex("0123456789ABCDEF") + b"301"
    )
    assert encode(message, Layout("1987", "cp037"))[-3:] == bytes.fromhex("F3F0F1")


@pytest.mark.parametrize("frame", [b"", b"hello", b"\x00\x00", b"2200", b"GET / HTTP/1.1"])
def test_what_begins_no_message_has_no_layout(frame: bytes) -> None:
    assert layout_of(frame) is None


def test_a_bad_field_tells_its_number_and_what_was_read_before() -> None:
    frame = bytearray(encode(PLAIN, ASCII))
    frame[frame.index(b"000000050000")] = ord("x")
    with pytest.raises(BadFrameError) as found:
        decode(bytes(frame), ASCII)
    assert found.value.at == "4"
    assert found.value.partly == Message("0200", {number: PLAIN.get(number) for number in (3, 11, 41)})


@pytest.mark.parametrize(
    "frame",
    [
        encode(PLAIN, ASCII)[:-1],
        encode(PLAIN, ASCII) + b"0",
        b"0200" + bytes.fromhex("4000000000000000") + b"9912",
        b"0200" + bytes.fromhex("4000000000000000") + b"xx12",
        b"0200" + bytes.fromhex("8000000000000000"),
        b"0200" + bytes.fromhex("80000000000000008000000000000000") + bytes(8),
        b"02",
    ],
    ids=["short", "long", "lying length", "no length", "no second bitmap", "a third bitmap", "no type"],
)
def test_bytes_that_lie_are_no_message(frame: bytes) -> None:
    with pytest.raises(BadFrameError):
        decode(frame, ASCII)


@given(frame=st.binary(max_size=200))
def test_nothing_but_a_bad_frame_comes_of_any_bytes(frame: bytes) -> None:
    for layout in LAYOUTS:
        try:
            decode(frame, layout)
        except BadFrameError:
            continue


@pytest.mark.parametrize("mark", ["³", "é", "\x00"])
def test_what_is_beyond_ascii_is_in_no_field(mark: str) -> None:
    layout = Layout("1987", "cp037")
    frame = encode(Message("0200", {103: "62X999"}), layout)
    with pytest.raises(BadFrameError):
        decode(frame.replace("X".encode("cp037"), mark.encode("cp037")), layout)


def test_a_message_is_shown_without_its_values() -> None:
    assert "6229990000000000027" not in repr(Message("0200", {2: "6229990000000000027"}))


@pytest.mark.parametrize("text", ["n", "q6", "n6.", "ans...999", "b"])
def test_what_is_no_notation_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a field type"):
        field_type(text)


@given(st.dictionaries(st.integers(0, 99).map("{:02d}".format), st.text("AZ09", max_size=40), max_size=5))
def test_tags_are_read_as_written(values: dict[str, str]) -> None:
    assert parse_tags(tagged(values)) == values


@pytest.mark.parametrize("text", ["0", "01003AB", "01003ABCD", "xx003ABC", "0100x", "01001A01001A", "01-01A"])
def test_tags_that_lie_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"tag|length"):
        parse_tags(text)
