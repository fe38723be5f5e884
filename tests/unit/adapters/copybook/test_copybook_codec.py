"""Records there and back, in every character set; hostile bytes; refusals by name."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellerline.adapters.copybook import (
    Charset,
    CodecError,
    Field,
    Group,
    Node,
    RecordCodec,
    Usage,
    compile_record,
    parse_copybook,
)
from tellerline.adapters.copybook.charset import ALPHABETS
from tellerline.adapters.copybook.interpreter import Interpreter

COPYBOOK = """
01 RECORD-ONE.
   05 HEADER.
      10 KIND          PIC X(4).
      10 SEQUENCE-NO   PIC 9(6).
      10 FILLER        PIC X(2).
   05 NAME             PIC X(20).
   05 BALANCE          PIC S9(11)V99 SIGN LEADING SEPARATE.
   05 LIMIT            PIC S9(5)V99 SIGN TRAILING SEPARATE.
   05 PACKED-ODD       PIC S9(9)V99 COMP-3.
   05 PACKED-EVEN      PIC S9(4) COMP-3.
   05 PACKED-UNSIGNED  PIC 9(5) COMP-3.
   05 FILLER           PIC 9(3).
   05 ROW-COUNT        PIC 9(1).
   05 ROWS OCCURS 3 TIMES DEPENDING ON ROW-COUNT.
      10 DAY-OF        PIC 9(8).
      10 NOTE          PIC X(8).
      10 DEEPER.
         15 AMOUNT     PIC S9(3)V99 SIGN LEADING SEPARATE.
         15 CODES      PIC 9(2) OCCURS 2 TIMES.
   05 TAGS             PIC X(4) OCCURS 2 TIMES.
   05 CAPTION          PIC N(6) USAGE NATIONAL.
   05 FILLER           PIC N(1).
"""
RECORD = parse_copybook(COPYBOOK)["record_one"]
CODECS = {charset: compile_record(RECORD, charset) for charset in Charset}
VALUES: dict[str, Any] = {
    "header": {"kind": "LOAN", "sequence_no": 42},
    "name": "Ada Lovelace",
    "balance": -123456,
    "limit": 1,
    "packed_odd": -5,
    "packed_even": 9999,
    "packed_unsigned": 7,
    "row_count": 1,
    "rows": [{"day_of": 20260302, "note": "hi", "deeper": {"amount": -1, "codes": [1, 2]}}],
    "tags": ["a", ""],
    "caption": "张三👍",
}
every_charset = pytest.mark.parametrize("charset", list(Charset))


def characters(charset: Charset) -> st.SearchStrategy[str]:
    if charset is Charset.GB18030:
        return st.characters(exclude_categories=["Cs"])
    return st.characters(max_codepoint=0x7F if charset is Charset.ASCII else 0xFF)


def texts(field: Field, charset: Charset) -> st.SearchStrategy[str]:
    def fits(text: str) -> bool:
        return len(text.encode(charset.value)) <= field.length and not text.endswith(" ")

    return st.text(characters(charset), max_size=field.length // 2).filter(fits)


def national_texts(field: Field) -> st.SearchStrategy[str]:
    def fits(text: str) -> bool:
        return len(text.encode("utf-16-be")) <= field.length and not text.endswith(" ")

    return st.text(st.characters(exclude_categories=["Cs"]), max_size=field.length // 2).filter(fits)


def values_of(node: Node, charset: Charset) -> st.SearchStrategy[Any]:
    if isinstance(node, Group):
        children = [child for child in node.children if child.name]
        fixed = st.fixed_dictionaries({child.name: repeated(child, charset) for child in children})
        return fixed.map(lambda values: counted(node, values))
    if node.usage is Usage.TEXT:
        return texts(node, charset)
    if node.usage is Usage.NATIONAL:
        return national_texts(node)
    most = 10**node.digits - 1
    return st.integers(-most if node.signed else 0, most)


def repeated(node: Node, charset: Charset) -> st.SearchStrategy[Any]:
    one = values_of(node, charset)
    if not node.table:
        return one
    return st.lists(one, min_size=0 if node.depending_on else node.occurs, max_size=node.occurs)


def counted(group: Group, values: dict[str, Any]) -> dict[str, Any]:
    counts = {child.depending_on: len(values[child.name]) for child in group.children if child.depending_on}
    return {**values, **counts}


@every_charset
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_what_is_encoded_is_decoded(charset: Charset, data: st.DataObject) -> None:
    values = data.draw(values_of(RECORD, charset))
    codec, slow = CODECS[charset], Interpreter(ALPHABETS[charset])
    raw = codec.encode(values)
    assert len(raw) == codec.length == RECORD.length
    assert codec.decode(raw) == values
    assert slow.encode(RECORD, values) == raw
    assert slow.decode(RECORD, raw) == values


@every_charset
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_hostile_bytes_are_refused_or_mean_the_same_to_both(charset: Charset, data: st.DataObject) -> None:
    codec = CODECS[charset]
    raw = bytearray(codec.encode(VALUES))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert_agreed(codec, charset, bytes(raw))


@every_charset
@settings(max_examples=200, deadline=None)
@given(raw=st.binary(min_size=RECORD.length, max_size=RECORD.length) | st.binary(max_size=400))
def test_noise_raises_nothing_but_codec_errors(charset: Charset, raw: bytes) -> None:
    assert_agreed(CODECS[charset], charset, raw)


def assert_agreed(codec: RecordCodec, charset: Charset, raw: bytes) -> None:
    values: dict[str, Any] | None = None
    with contextlib.suppress(CodecError):
        values = codec.decode(raw)
    if values is not None:
        assert Interpreter(ALPHABETS[charset]).decode(RECORD, raw) == values


@every_charset
def test_the_bytes_are_as_the_copybook_says(charset: Charset) -> None:
    raw = CODECS[charset].encode(VALUES)
    expected = [
        ("LOAN000042  Ada Lovelace        ", 0),
        ("-0000000123456", 32),
        ("0000001+", 46),
        ("0001", 66),
        ("20260302hi      -000010102", 70 - 0),
    ]
    for text, at in expected[:3]:
        assert raw[at : at + len(text)] == text.encode(charset.value)
    assert raw[54:60].hex() == "00000000005d"
    assert raw[60:63].hex() == "09999c"
    assert raw[63:66].hex() == "00007f"
    row = "0001" + "20260302hi      -000010102" + "00000000        +000000000" * 2 + "a       "
    assert raw[66:-14] == row.encode(charset.value)
    assert raw[-14:] == "张三👍   ".encode("utf-16-be")


def test_chinese_text_counts_in_bytes_and_is_never_cut() -> None:
    codec = CODECS[Charset.GB18030]
    values = {**VALUES, "name": "张三李四王五赵六钱七"}
    assert codec.decode(codec.encode(values))["name"] == "张三李四王五赵六钱七"
    for too_long in ("张三李四王五赵六钱七a", "a" * 19 + "张", "👍🏽" * 3):
        with pytest.raises(CodecError, match=r"^name: \d+ bytes do not fit 20$"):
            codec.encode({**VALUES, "name": too_long})


def changed(path: str, value: object) -> dict[str, Any]:
    values = copy.deepcopy(VALUES)
    *way, last = path.split(".")
    inner: Any = values
    for step in way:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    if isinstance(inner, list):
        inner[int(last)] = value
    else:
        inner[last] = value
    return values


MISFITS: Mapping[str, tuple[dict[str, Any], str]] = {
    "text too long": (changed("header.kind", "LOANS"), "header.kind"),
    "number for text": (changed("name", 5), "name"),
    "text for number": (changed("header.sequence_no", "42"), "header.sequence_no"),
    "fraction": (changed("balance", 1.0), "balance"),
    "negative unsigned": (changed("header.sequence_no", -1), "header.sequence_no"),
    "too many digits": (changed("balance", 10**13), "balance"),
    "too many below zero": (changed("limit", -(10**7)), "limit"),
    "packed too big": (changed("packed_odd", 10**11), "packed_odd"),
    "packed even too big": (changed("packed_even", -10000), "packed_even"),
    "packed unsigned negative": (changed("packed_unsigned", -1), "packed_unsigned"),
    "packed text": (changed("packed_odd", "1"), "packed_odd"),
    "nothing": (changed("balance", None), "balance"),
    "missing": ({key: value for key, value in VALUES.items() if key != "limit"}, "limit"),
    "unknown": ({**VALUES, "extra": 1}, "extra"),
    "unknown below": (changed("header.extra", 1), "header.extra"),
    "group is text": (changed("header", "x"), "header."),
    "count lies": (changed("row_count", 2), "rows"),
    "in a row": (changed("rows.0.day_of", -1), "rows[0].day_of"),
    "deep in a row": (changed("rows.0.deeper.codes.1", 100), "rows[0].deeper.codes[1]"),
    "too few rows": (changed("tags", ["a"]), "tags"),
    "rows are text": (changed("tags", "ab"), "tags"),
    "surrogate": (changed("name", "\ud800"), "name"),
    "national too long": (changed("caption", "七个字太长了吧"), "caption"),
    "national too long in pairs": (changed("caption", "👍👍👍a"), "caption"),
    "national surrogate": (changed("caption", "\udc00"), "caption"),
    "number for national": (changed("caption", 5), "caption"),
    "bytes for national": (changed("caption", b"x"), "caption"),
}


@every_charset
@pytest.mark.parametrize("case", MISFITS)
def test_what_does_not_fit_is_named(charset: Charset, case: str) -> None:
    values, field = MISFITS[case]
    with pytest.raises(CodecError) as caught:
        CODECS[charset].encode(values)
    assert caught.value.field == field


@pytest.mark.parametrize("charset", [Charset.ASCII, Charset.CP037])
def test_a_character_that_the_charset_lacks_is_named(charset: Charset) -> None:
    with pytest.raises(CodecError, match="name: a character"):
        CODECS[charset].encode({**VALUES, "name": "张"})


TAMPERED = {
    "space in a number": (4, " ", "header.sequence_no"),
    "underscore in a number": (5, "_", "header.sequence_no"),
    "sign in a number": (4, "+", "header.sequence_no"),
    "no sign": (32, "0", "balance"),
    "letter in an amount": (40, "O", "balance"),
    "no trailing sign": (53, "0", "limit"),
    "too many rows": (69, "4", "rows"),
    "bad row": (70, "x", "rows[0].day_of"),
}


@every_charset
@pytest.mark.parametrize("case", TAMPERED)
def test_sloppy_numbers_are_refused_by_name(charset: Charset, case: str) -> None:
    at, character, field = TAMPERED[case]
    codec = CODECS[charset]
    raw = bytearray(codec.encode(VALUES))
    raw[at : at + 1] = character.encode(charset.value)
    with pytest.raises(CodecError) as caught:
        codec.decode(bytes(raw))
    assert (caught.value.field, caught.value.raw) == (field, bytes(raw))


def test_superscript_digits_are_no_digits_in_ebcdic() -> None:
    codec = CODECS[Charset.CP037]
    raw = bytearray(codec.encode(VALUES))
    raw[4:5] = "²".encode("cp037")
    with pytest.raises(CodecError, match=r"header\.sequence_no"):
        codec.decode(bytes(raw))


@pytest.mark.parametrize("tail", ["5a", "5b", "5e", "a5", "fd"])
def test_packed_nonsense_is_refused(tail: str) -> None:
    codec = CODECS[Charset.ASCII]
    raw = bytearray(codec.encode(VALUES))
    raw[65:66] = bytes.fromhex(tail)
    with pytest.raises(CodecError, match="packed_unsigned"):
        codec.decode(bytes(raw))


@every_charset
def test_half_a_national_character_is_refused(charset: Charset) -> None:
    codec = CODECS[charset]
    raw = bytearray(codec.encode(VALUES))
    raw[-8:-6] = "张".encode("utf-16-be")
    with pytest.raises(CodecError, match="caption: bytes that are no characters"):
        codec.decode(bytes(raw))


@pytest.mark.parametrize("length", [0, 1, RECORD.length - 1, RECORD.length + 1])
def test_another_length_is_refused(length: int) -> None:
    with pytest.raises(CodecError, match=f"{length} bytes instead of {RECORD.length}"):
        CODECS[Charset.GB18030].decode(b"0" * length)
