"""The simulator's own reader of copybooks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellerline.simulators.credit.copybook import CopybookError, Record, RecordError, Value, read_copybook
from tellerline.simulators.credit.records import Records

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


@pytest.fixture
def small() -> Record:
    return read_copybook(SMALL)["SMALL"]


def test_layout(small: Record) -> None:
    assert small.size == 6 + 3 + 6 + 4
    assert set(read_copybook(SMALL)) == {"SMALL", "OTHER"}
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
        read_copybook(f"       01  A.\n           05  B {clause}.\n")


@given(st.text(alphabet="abc张三𠀀é", max_size=6), st.integers(0, 999), st.integers(-99_999, 99_999))
def test_what_fits_comes_back(name: str, counter: int, amount: int) -> None:
    record = read_copybook(SMALL)["SMALL"]
    row = record.decode(record.encode({"NAME": name, "COUNTER": counter, "AMOUNT": amount}))
    assert (row["COUNTER"], row["AMOUNT"]) == (counter, amount)
    assert name.startswith(str(row["NAME"]))


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    records = Records()
    for body in (data, b"GETLOAN 01" + data, (b"ECHO    01" + data).ljust(174)):
        try:
            records.read(body)
        except RecordError:
            continue
