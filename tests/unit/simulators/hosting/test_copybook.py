"""The simulator's own reader of copybooks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellerline.simulators.hosting.codes import SHARED_MESSAGES
from tellerline.simulators.hosting.copybook import CopybookError, Record, RecordError, Value, read_copybook
from tellerline.simulators.records.layout import Layout

SMALL = """
      * A COMMENT.
       01  SMALL.
           05  HEAD.
               10  NAME                  PIC X(6).
           05  COUNTER                   PIC 9(3).
           05  AMOUNT                    PIC S9(3)V99
                                           SIGN LEADING SEPARATE.
           05  LINE OCCURS 2 TIMES.
               10  CODE                  PIC X(2).
       01  OTHER.
           05  NAME                      PIC X(1).
"""
PACKED = """
       01  PACKED.
           05  NAME                      PIC X(3).
           05  NATIONAL-NAME             PIC N(3) USAGE NATIONAL.
           05  COUNTER                   PIC 9(4) COMP-3.
           05  AMOUNT                    PIC S9(3)V99 COMP-3.
"""
GB = "gb18030"


@pytest.fixture
def small() -> Record:
    return read_copybook(SMALL, GB)["SMALL"]


@pytest.fixture
def packed() -> Record:
    return read_copybook(PACKED, "cp037")["PACKED"]


def test_layout(small: Record) -> None:
    assert small.size == 6 + 3 + 6 + 4
    assert set(read_copybook(SMALL, GB)) == {"SMALL", "OTHER"}
    row: dict[str, Value] = {"NAME": "张三", "COUNTER": 7, "AMOUNT": -105, "LINE": [{"CODE": "a"}]}
    data = "张三".encode("gb18030") + b"  " + b"007" + b"-00105" + b"a   "
    assert small.encode(row) == data
    assert small.decode(data) == {**row, "LINE": [{"CODE": "a"}, {"CODE": ""}]}


def test_text_is_cut_between_characters(small: Record) -> None:
    assert small.encode({"NAME": "a张三李"})[:6] == "a张三".encode("gb18030") + b" "


@pytest.mark.parametrize("bad", [{"COUNTER": 1000}, {"COUNTER": -1}, {"AMOUNT": 100_000}, {"NAME": 5}, {"AMOUNT": "1"}])
def test_values_that_do_not_fit(small: Record, bad: dict[str, int]) -> None:
    with pytest.raises(RecordError):
        small.encode(bad)


def test_bytes_that_are_no_record(small: Record) -> None:
    good = small.encode({})
    for bad in (good[:-1], good + b" ", b"\xff" * 6 + good[6:], good[:6] + b"a07" + good[9:], good[:9] + b" " * 10):
        with pytest.raises(RecordError):
            small.decode(bad)


@pytest.mark.parametrize("clause", ["PIC X(3) USAGE COMP-3", "PIC 9(3)V9", "REDEFINES NAME"])
def test_unknown_clauses_are_named(clause: str) -> None:
    with pytest.raises(CopybookError):
        read_copybook(f"       01  A.\n           05  B {clause}.\n", GB)


@given(st.text(alphabet="abc张三𠀀é", max_size=6), st.integers(0, 999), st.integers(-99_999, 99_999))
def test_what_fits_comes_back(name: str, counter: int, amount: int) -> None:
    record = read_copybook(SMALL, GB)["SMALL"]
    row = record.decode(record.encode({"NAME": name, "COUNTER": counter, "AMOUNT": amount}))
    assert (row["COUNTER"], row["AMOUNT"]) == (counter, amount)
    assert name.startswith(str(row["NAME"]))


def test_packed_digits_and_national_text_in_ebcdic(packed: Record) -> None:
    row: dict[str, Value] = {"NAME": "AB", "NATIONAL-NAME": "张三", "COUNTER": 42, "AMOUNT": -105}
    data = b"\xc1\xc2\x40" + "张三 ".encode("utf-16-be") + b"\x00\x04\x2f" + b"\x00\x10\x5d"
    assert packed.encode(row) == data
    assert packed.decode(data) == row


@pytest.mark.parametrize("digits", [b"\x00\x10\x50", b"\x00\x1a\x5d", b"\xff\xff\xff"])
def test_half_bytes_that_are_no_number(packed: Record, digits: bytes) -> None:
    with pytest.raises(RecordError):
        packed.decode(packed.encode({})[:-3] + digits)


def _layout() -> Layout:
    return Layout(
        "tellerline.simulators.credit:credit.cpy", GB, {"ECHO": "ECHO", "GETLOAN": "GET-LOAN"}, SHARED_MESSAGES
    )


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    layout = _layout()
    for body in (data, b"GETLOAN 01" + data, (b"ECHO    01" + data).ljust(174)):
        try:
            layout.read(body)
        except RecordError:
            assert layout.failure(body, "2026-03-02")[:8] == b"FAILURE "
