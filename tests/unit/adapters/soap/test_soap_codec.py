"""The compiled codec says what zeep says, on every operation, both ways; and it refuses what zeep would let through."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from soap_messages import core_contract, same_tree, values_of, written

from tellerline.adapters.soap import strict
from tellerline.adapters.soap.codec import SoapCodec, SoapFault
from tellerline.adapters.soap.decoder import compile_decoder
from tellerline.adapters.soap.envelope import admit, content, parse
from tellerline.adapters.soap.errors import CannotEncodeError, UnreadableReplyError
from tellerline.adapters.soap.lexical import writer
from tellerline.adapters.soap.plan import Leaf
from tellerline.adapters.soap.schema import plan_message

CONTRACT = core_contract()
CODEC = SoapCodec(CONTRACT)
OPERATIONS = sorted(CONTRACT.operations)
HEADER = {
    "reference": "R1",
    "channel": "IVR",
    "branch": None,
    "operator": None,
    "acceptedAt": "2026-03-02T10:00:00+08:00",
    "attempt": 1,
}
BALANCE: dict[str, Any] = {
    "header": {
        "reference": "R1",
        "status": "OK",
        "hostCode": "0000",
        "message": "交易成功",
        "hostSerial": None,
        "accountingDate": "2026-03-02",
    },
    "result": {
        "account": "6222",
        "ledger": {"currency": "CNY", "value": Decimal("100.25")},
        "available": {"currency": "CNY", "value": Decimal("-0.05")},
        "asOf": "2026-03-02T10:00:00+08:00",
    },
}
BALANCE_BYTES = written(CONTRACT.operations["GetBalance"].output, BALANCE)


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_what_the_compiled_encoder_writes_is_what_zeep_writes(operation: str, data: st.DataObject) -> None:
    plan = plan_message(CONTRACT.operations[operation].input, CONTRACT.facets)
    values = data.draw(values_of(plan.record, within_facets=True))
    ours = content(parse(CODEC.encode(operation, values)))
    assert same_tree(ours, content(parse(strict.encode(CONTRACT.operations[operation], values))))


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_what_the_compiled_decoder_reads_is_what_zeep_reads(operation: str, data: st.DataObject) -> None:
    declared = CONTRACT.operations[operation].output
    plan = plan_message(declared, CONTRACT.facets)
    values = data.draw(values_of(plan.record, within_facets=False))
    element = content(parse(written(declared, values)))
    compiled = compile_decoder(plan.record)(element)
    assert compiled == strict.decode(CONTRACT, declared, element)
    assert compiled == values
    assert CODEC.decode(operation, written(declared, values)) == values


@settings(max_examples=300, deadline=None)
@given(position=st.integers(0, len(BALANCE_BYTES) - 1), replacement=st.binary(min_size=0, max_size=3))
def test_damaged_bytes_are_read_the_same_way_or_refused(position: int, replacement: bytes) -> None:
    damaged = BALANCE_BYTES[:position] + replacement + BALANCE_BYTES[position + 1 :]
    try:
        values = CODEC.decode("GetBalance", damaged)
    except UnreadableReplyError:
        return
    element = content(parse(admit(damaged)))
    assert values == strict.decode(CONTRACT, CONTRACT.operations["GetBalance"].output, element)


def test_every_operation_is_compiled() -> None:
    for operation in CONTRACT.operations.values():
        plan_message(operation.input, CONTRACT.facets)
        plan_message(operation.output, CONTRACT.facets)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"100.25", b"1e5"),
        (b"100.25", b"NaN"),
        (b"100.25", b"one hundred"),
        (b"100.25", b""),
        (b"2026-03-02T10:00:00+08:00", b"yesterday"),
        (b"<ns1:account>6222</ns1:account>", b""),
        (b"<ns1:account>6222</ns1:account>", b"<ns1:account>6222</ns1:account><ns1:account>6222</ns1:account>"),
        (b"<ns1:account>6222</ns1:account>", b"<ns1:surprise/><ns1:account>6222</ns1:account>"),
    ],
)
def test_a_value_off_the_contract_is_refused_not_guessed(old: bytes, new: bytes) -> None:
    body = BALANCE_BYTES.replace(old, new)
    assert body != BALANCE_BYTES
    with pytest.raises(UnreadableReplyError, match="off_contract"):
        CODEC.decode("GetBalance", body)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b">100.25<", b"> 100.25\n<"),
        (b"<ns1:account>6222</ns1:account>", b"<account>6222</account>"),
        (b"<ns1:account>6222</ns1:account>", b"<!-- note --><ns1:account>62<![CDATA[22]]></ns1:account>"),
        (b">2026-03-02<", b"> 2026-03-02 <"),
    ],
)
def test_another_spelling_goes_to_zeep_and_means_the_same(old: bytes, new: bytes) -> None:
    body = BALANCE_BYTES.replace(old, new)
    assert body != BALANCE_BYTES
    assert CODEC.decode("GetBalance", body) == BALANCE


def test_a_nil_that_the_contract_does_not_allow_is_refused() -> None:
    nil = b'<ns1:account xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:nil="true"/>'
    with pytest.raises(UnreadableReplyError, match="off_contract"):
        CODEC.decode("GetBalance", BALANCE_BYTES.replace(b"<ns1:account>6222</ns1:account>", nil))


def test_another_operations_reply_is_refused() -> None:
    with pytest.raises(UnreadableReplyError, match="other_reply"):
        CODEC.decode("Echo", BALANCE_BYTES)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"account": None}, "account"),
        ({"account": ""}, "account"),
        ({"account": "6" * 33}, "account"),
        ({"account": 6222}, "account"),
        ({"account": "62\x0022"}, "account"),
        ({"surprise": "x"}, "surprise"),
        ({"header": {**HEADER, "attempt": 0}}, "header.attempt"),
        ({"header": {**HEADER, "acceptedAt": "noon"}}, "header.acceptedAt"),
        ({"header": None}, "header"),
    ],
)
def test_what_does_not_fit_is_not_sent_and_the_field_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(CannotEncodeError) as refused:
        CODEC.encode("GetBalance", {"header": HEADER, "account": "6222", **changes})
    assert refused.value.field == field


@settings(max_examples=200, deadline=None)
@given(
    account=st.text(max_size=40)
    | st.text("0aé交٣²½\ud800\x00<&> ", max_size=34)
    | st.sampled_from([b"6222", bytearray(b"6"), 6222, ["6", "2"], ("6",), {"6": 2}, None, True, "6" * 32, "6" * 33])
)
def test_a_text_is_refused_or_written_as_its_facets_say(account: Any) -> None:
    leaf = next(
        field.type
        for field in plan_message(CONTRACT.operations["GetBalance"].input, CONTRACT.facets).record.fields
        if field.name == "account"
    )
    assert isinstance(leaf, Leaf)
    try:
        expected = writer(leaf.kind, leaf.facets)(account)
    except (ValueError, TypeError, AttributeError):
        with pytest.raises(CannotEncodeError) as refused:
            CODEC.encode("GetBalance", {"header": HEADER, "account": account})
        assert refused.value.field == "account"
    else:
        body = CODEC.encode("GetBalance", {"header": HEADER, "account": account})
        assert f"<account>{expected}</account>".encode() in body


def test_a_fault_is_read_with_the_detail_that_the_contract_declares() -> None:
    fault = CODEC.decode("Transfer", _fault(_detail()))
    assert fault == SoapFault(
        code="Server",
        message="busy",
        detail={"hostCode": "9001", "message": "主机忙", "retryable": True, "reference": None},
    )


def test_a_fault_with_another_detail_has_none() -> None:
    fault = CODEC.decode("Transfer", _fault(b"<detail><stack xmlns='urn:x'>at line 1</stack></detail>"))
    assert fault == SoapFault(code="Server", message="busy")


def _detail() -> bytes:
    return (
        '<detail><HostFault xmlns="urn:example-bank:core:types:1"><hostCode>9001</hostCode>'
        "<message>主机忙</message><retryable>true</retryable></HostFault></detail>"
    ).encode()


def _fault(detail: bytes) -> bytes:
    return (
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        b"<faultcode>s:Server</faultcode><faultstring>busy</faultstring>" + detail + b"</s:Fault></s:Body></s:Envelope>"
    )
