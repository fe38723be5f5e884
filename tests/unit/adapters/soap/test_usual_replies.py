"""A reply of known markup is read as the parser and the compiled decoder would read it, or left to them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from soap_messages import core_contract, values_of, written

from tellerline.adapters.soap.codec import SoapCodec
from tellerline.adapters.soap.decoder import compile_decoder
from tellerline.adapters.soap.envelope import SOAP_ENVELOPE, admit, content, parse_lightly
from tellerline.adapters.soap.errors import UnreadableReplyError, UnrecognisedError
from tellerline.adapters.soap.plan import Record
from tellerline.adapters.soap.schema import plan_message
from tellerline.adapters.soap.usual import UsualReplies, has_shapes

CONTRACT = core_contract()
RECORDS = {
    name: plan_message(operation.output, CONTRACT.facets).record for name, operation in CONTRACT.operations.items()
}
SHAPED = sorted(name for name, record in RECORDS.items() if has_shapes(record))
RECORD = RECORDS["GetBalance"]
CODEC = SoapCodec(CONTRACT)
DECODER = compile_decoder(RECORD)
BALANCE = f"""<?xml version="1.0" encoding="UTF-8"?>
<e:Envelope xmlns:e="{SOAP_ENVELOPE}"><e:Header><id>7</id></e:Header><e:Body>
<GetBalanceReply xmlns="urn:example-bank:core:types:1"><header><reference>R1</reference><status>OK</status>
<hostCode>0000</hostCode><message>交易成功</message><hostSerial></hostSerial><accountingDate>2026-03-02</accountingDate>
</header><result><account>6222</account><ledger><currency>CNY</currency><value>100.25</value> </ledger>
<available><currency>CNY</currency><value>-0.05</value></available><asOf>2026-03-02T10:00:00+08:00</asOf></result>
</GetBalanceReply></e:Body></e:Envelope>
""".encode()
GAPS = list(re.finditer(rb">([^<>]*)</", BALANCE))
ODD = st.text(
    st.sampled_from("<>&;]/!?\0\t\n\r\x1f \x7f\x85\u2028\ufdd0\ufeff\uff0c\ufffd\ufffe\uffff😀交@0.x"), max_size=6
)
ODD_BYTES = st.one_of(ODD.map(str.encode), st.text(max_size=8).map(str.encode), st.binary(max_size=4))


def parsed(body: bytes) -> dict[str, Any] | None:
    """The long way: a parser's tree, read by the compiled decoder; None if either is not content."""
    try:
        root = parse_lightly(admit(body))
        return None if root is None else DECODER(content(root))
    except (UnreadableReplyError, UnrecognisedError):
        return None


def taught(*bodies: bytes, record: Record = RECORD) -> UsualReplies:
    usual = UsualReplies(record)
    for body in bodies:
        usual.learn(body)
    return usual


USUAL = taught(BALANCE)


def test_what_was_learnt_is_read() -> None:
    assert USUAL.read(BALANCE) == parsed(BALANCE) is not None
    other = BALANCE.replace(b"R1", "甲 乙".encode()).replace(b"100.25", b"7")
    assert USUAL.read(other) == parsed(other) is not None


@pytest.mark.parametrize("operation", SHAPED)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_every_operation_is_read_as_before(operation: str, data: st.DataObject) -> None:
    declared, record = CONTRACT.operations[operation].output, RECORDS[operation]
    body = written(declared, data.draw(values_of(record, within_facets=False)))
    values = compile_decoder(record)(content(parse_lightly(body)))
    assert taught(body, record=record).read(body) in (None, values)
    assert CODEC.decode(operation, body) == CODEC.decode(operation, body) == values


@settings(max_examples=500, deadline=None)
@given(gap=st.sampled_from(GAPS), text=ODD_BYTES)
@example(gap=GAPS[0], text=b"\xef\xbf\xbf")
@example(gap=GAPS[0], text=b"\xed\xa0\x80")
@example(gap=GAPS[0], text=b"a]]>b")
@example(gap=GAPS[4], text=b"\r\n")
def test_any_text_is_read_as_the_parser_reads_it(gap: re.Match[bytes], text: bytes) -> None:
    body = BALANCE[: gap.start(1)] + text + BALANCE[gap.end(1) :]
    assert USUAL.read(body) in (None, parsed(body))


@settings(max_examples=500, deadline=None)
@given(position=st.integers(0, len(BALANCE)), cut=st.integers(0, 3), put=ODD_BYTES)
def test_damaged_markup_is_not_taken_for_known(position: int, cut: int, put: bytes) -> None:
    body = BALANCE[:position] + put + BALANCE[position + cut :]
    assert USUAL.read(body) in (None, parsed(body))


@settings(max_examples=500, deadline=None)
@given(
    position=st.integers(0, len(BALANCE)),
    put=ODD_BYTES
    | st.sampled_from([b"<x/>", b"<x>y</x>", b"<!--y-->", b"<?y?>", b"<![CDATA[>y</]]>", b"&#62;", b'">y</']),
    gap=st.sampled_from(GAPS),
    text=ODD_BYTES,
)
def test_whatever_it_was_taught_it_reads_as_the_parser(
    position: int, put: bytes, gap: re.Match[bytes], text: bytes
) -> None:
    body = BALANCE[:position] + put + BALANCE[position:]
    assume(parsed(body) is not None)
    usual = taught(body)
    assert usual.read(body) in (None, parsed(body))
    moved = 0 if gap.start(1) < position else len(put)
    other = body[: gap.start(1) + moved] + text + body[gap.end(1) + moved :]
    assert usual.read(other) in (None, parsed(other))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'encoding="UTF-8"', b'encoding="us-ascii"'),
        (b'<?xml version="1.0" encoding="UTF-8"?>', b"\xef\xbb\xbf"),
        (b"<reference>R1", b"<reference><!-- -->R1"),
        (b"<reference>R1", b"<reference><?x y?>R1"),
        (b"<reference>R1", b"<reference><![CDATA[]]>R1"),
        (b"<reference>R1", b"<reference>a>R1"),
        (b"<reference>R1", b"<reference>R&amp;1"),
        (b"<header>", b"<header>said beside"),
        (b"<id>", b"<id" + b" " * 4096 + b">"),
    ],
)
def test_what_might_be_read_otherwise_is_never_learnt(old: bytes, new: bytes) -> None:
    body = BALANCE.replace(old, new)
    assert body != BALANCE
    assert taught(body).read(body) is None


def test_shapes_are_few_and_lessons_end() -> None:
    bodies = [BALANCE.replace(b"<result>", b"<result x='%d'>" % number) for number in range(40)]
    usual = taught(*bodies[:10])
    assert [usual.read(body) is not None for body in bodies[:10]] == [False] * 6 + [True] * 4
    for body in bodies:
        usual.learn(body)
    assert usual.read(bodies[-1]) is None
    assert usual.read(bodies[20]) is not None


def test_a_shape_that_is_used_stays() -> None:
    bodies = [BALANCE.replace(b"<result>", b"<result x='%d'>" % number) for number in range(12)]
    usual = taught(bodies[0])
    for body in bodies[1:]:
        usual.learn(body)
        assert usual.read(bodies[0]) == parsed(bodies[0])
    assert [usual.read(body) is not None for body in bodies[1:]] == [False] * 8 + [True] * 3


def test_no_text_is_kept() -> None:
    ((match, fill),) = taught(BALANCE)._shapes
    pattern: str = match.__self__.pattern  # type: ignore[attr-defined]
    assert "reference>" in pattern
    kept = [pattern, *(value for value in fill.__code__.co_consts if isinstance(value, str))]
    assert not [text for text in ("R1", "成功", "6222", "100", "2026", "CNY") if any(text in one for one in kept)]


def test_replies_that_repeat_elements_have_no_shape() -> None:
    assert "ListStatementEntries" not in SHAPED
    assert len(SHAPED) > len(RECORDS) // 2
