"""Two readers of one copybook, written apart: what either end writes, the other reads alike."""

from __future__ import annotations

import contextlib
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellerline.adapters.copybook import Charset, CodecError, Field, Group, Node, Usage, compile_record, parse_copybook
from tellerline.simulators.hosting.copybook import RecordError, Row, Value, read_copybook
from tellerline.simulators.securities.host import CONTRACT, ENCODING

TEXT = files(CONTRACT.partition(":")[0]).joinpath(CONTRACT.partition(":")[2]).read_text(encoding="ascii")
OURS = {name: compile_record(group, Charset.CP037) for name, group in parse_copybook(TEXT).items()}
THEIRS = {name.lower().replace("-", "_"): record for name, record in read_copybook(TEXT, ENCODING).items()}


def values_of(node: Node) -> st.SearchStrategy[Any]:
    if isinstance(node, Group):
        one: st.SearchStrategy[Any] = st.fixed_dictionaries({child.name: values_of(child) for child in node.children})
        return st.lists(one, min_size=node.occurs, max_size=node.occurs) if node.table else one
    if node.usage in (Usage.TEXT, Usage.NATIONAL):
        return _texts(node)
    most = 10**node.digits - 1
    return st.integers(-most if node.signed else 0, most)


def _texts(node: Field) -> st.SearchStrategy[str]:
    if node.usage is Usage.TEXT:
        characters = st.characters(max_codepoint=0xFF)
        return st.text(characters, max_size=min(node.length, 6)).map(lambda text: text.rstrip(" "))
    characters = st.characters(exclude_categories=["Cs"])
    return st.text(characters, max_size=min(node.length // 4, 6)).map(lambda text: text.rstrip(" "))


def flat(values: dict[str, Any]) -> dict[str, Value]:
    """Our nested values under the names that the other reader uses: groups that are not tables dissolved."""
    row: dict[str, Value] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            row.update(flat(value))
        else:
            row[name.upper().replace("_", "-")] = [flat(each) for each in value] if isinstance(value, list) else value
    return row


def test_both_readers_see_the_same_records() -> None:
    assert {name: codec.length for name, codec in OURS.items()} == {name: each.size for name, each in THEIRS.items()}


@pytest.mark.parametrize("name", [name for name in OURS if not name.startswith("list_") or name.endswith("_request")])
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_what_one_writes_the_other_reads(name: str, data: st.DataObject) -> None:
    values = data.draw(values_of(OURS[name].record))
    row: Row = flat(values)
    raw = OURS[name].encode(values)
    assert THEIRS[name].decode(raw) == row
    assert THEIRS[name].encode(row) == raw


@settings(max_examples=200, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, 276), st.integers(0, 255)), min_size=1, max_size=6))
def test_both_refuse_the_same_garbled_bytes_or_read_the_same(flips: list[tuple[int, int]]) -> None:
    name = "place_order_reply"
    raw = bytearray(THEIRS[name].encode({"SECURITY-NAME": "临江银行", "FEES": -5_00, "PRICE": 5_86}))
    for at, value in flips:
        raw[at] = value
    ours: dict[str, Value] | None = None
    theirs: dict[str, Value] | None = None
    with contextlib.suppress(CodecError):
        ours = flat(OURS[name].decode(bytes(raw)))
    with contextlib.suppress(RecordError):
        theirs = THEIRS[name].decode(bytes(raw))
    assert ours == theirs
