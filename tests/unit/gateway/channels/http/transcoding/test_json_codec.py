"""JSON and messages: what one writes the other reads, and nothing else is read."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from google.protobuf import json_format
from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.type.money_pb2 import Money
from hypothesis import given
from hypothesis import strategies as st

from tellerline.api.accounts.v1 import accounts_pb2
from tellerline.api.common.v1.transaction_pb2 import TransactionInfo, TransactionState
from tellerline.api.customers.v1 import customers_pb2
from tellerline.api.information.v1 import information_pb2
from tellerline.api.transfers.v1 import transfers_pb2
from tellerline.gateway.channels.http.refusals import BodyViolation
from tellerline.gateway.channels.http.transcoding.decoding import decode
from tellerline.gateway.channels.http.transcoding.encoding import encoder_of
from tellerline.gateway.channels.http.transcoding.json_text import Fraction, parse_json
from tellerline.gateway.errors import refusal_status
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code


def encoded(message: Message) -> Any:
    return encoder_of(message.DESCRIPTOR)(message)


def as_the_library(message: Message) -> Any:
    return json_format.MessageToDict(message, always_print_fields_with_no_presence=True)


def refusal_of(value: Any, message: Message, closed: frozenset[str] = frozenset()) -> tuple[str, str]:
    with pytest.raises(RefusalError) as refused:
        decode(value, message, closed=closed)
    assert refused.value.code is Code.INVALID_REQUEST
    (violation,) = refused.value.violations
    assert isinstance(violation, BodyViolation)
    return violation.pointer, violation.why


money = st.builds(
    Money,
    currency_code=st.sampled_from(["CNY", "USD", ""]),
    units=st.integers(-(1 << 63), (1 << 63) - 1),
    nanos=st.integers(-(1 << 31), (1 << 31) - 1),
)


@given(money)
def test_money_comes_back_as_it_was(amount: Money) -> None:
    again = Money()
    decode(parse_json(orjson.dumps(encoded(amount))), again)
    assert again == amount


@given(
    st.builds(
        transfers_pb2.Transfer,
        debit_account=st.text(),
        own_account=st.text(),
        amount=money,
        narrative=st.text(st.characters(exclude_categories=["Cs"])),
    )
)
def test_replies_are_proto3_json(transfer: transfers_pb2.Transfer) -> None:
    transfer.transaction.state = TransactionState.TRANSACTION_STATE_IN_DOUBT
    transfer.transaction.accept_time.FromJsonString("2026-03-02T04:00:00.000001Z")
    transfer.transaction.accounting_date.year = 2026
    assert encoded(transfer) == as_the_library(transfer)


def test_errors_inside_replies_keep_their_details() -> None:
    info = TransactionInfo(error=refusal_status(Code.OUTCOME_UNKNOWN, metadata={"cause": "X"}, english=True))
    assert encoded(info) == as_the_library(info)
    assert encoded(info)["error"]["details"][0]["reason"] == "OUTCOME_UNKNOWN"


def test_types_that_contain_themselves_and_names_that_python_keeps_are_written() -> None:
    inner = DescriptorProto(name="inner", nested_type=[DescriptorProto(name="innermost", reserved_name=["a"])])
    assert encoded(DescriptorProto(nested_type=[inner])) == as_the_library(DescriptorProto(nested_type=[inner]))
    file = FileDescriptorProto(name="kept.proto", message_type=[DescriptorProto(name="Kept")])
    file.message_type[0].field.add(name="from", json_name="from", number=1, type=9, label=1)
    pool = DescriptorPool()
    pool.Add(file)
    kept = GetMessageClass(pool.FindMessageTypeByName("Kept"))()
    setattr(kept, "from", "a")
    assert encoded(kept) == {"from": "a"}


def test_what_only_requests_carry_is_never_shown() -> None:
    customer = customers_pb2.Customer(name="customers/1", identity_document="secret", mobile_number="13800000000")
    assert "secret" not in str(encoded(customer))
    assert "13800000000" not in str(encoded(customer))


def test_long_numbers_are_read_from_digits_and_from_whole_numbers() -> None:
    for units in ("5", 5):
        amount = Money()
        decode({"units": units}, amount)
        assert amount.units == 5


@pytest.mark.parametrize(
    ("value", "pointer", "why"),
    [
        ({"units": "05"}, "/units", "not_a_whole_number"),
        ({"units": " 5"}, "/units", "not_a_whole_number"),
        ({"units": "9223372036854775808"}, "/units", "out_of_range"),
        ({"units": Fraction("5.0")}, "/units", "fraction"),
        ({"units": True}, "/units", "not_a_whole_number"),
        ({"nanos": "5"}, "/nanos", "not_a_whole_number"),
        ({"nanos": 1 << 31}, "/nanos", "out_of_range"),
        ({"currencyCode": 5}, "/currencyCode", "not_a_string"),
        ({"currencyCode": Fraction("1.5")}, "/currencyCode", "not_a_string"),
        ({"currencyCode": "\ud83c"}, "/currencyCode", "not_unicode"),
        ({"currencyCode": None}, "/currencyCode", "null"),
        ({"currency_code": "CNY"}, "/currency_code", "unknown_field"),
        ([], "", "not_an_object"),
    ],
)
def test_values_that_do_not_fit_are_pointed_at(value: Any, pointer: str, why: str) -> None:
    assert refusal_of(value, Money()) == (pointer, why)


def test_one_of_several_is_one() -> None:
    body = {"debitAccount": "a", "amount": {}, "ownAccount": "b", "registeredPayee": {}}
    assert refusal_of(body, transfers_pb2.Transfer()) == ("/registeredPayee", "one_of_several")


def test_what_is_needed_must_be_there() -> None:
    assert refusal_of({"debitAccount": "a"}, transfers_pb2.Transfer()) == ("/amount", "missing")


def test_what_the_path_says_the_body_does_not() -> None:
    request = accounts_pb2.ReportLossRequest()
    closed = frozenset({"account"})
    assert refusal_of({"account": "a"}, request, closed=closed) == ("/account", "set_by_the_path")
    assert refusal_of({"context": {}}, request, closed=closed) == ("/context", "output_only")
    decode({"kind": "ACCOUNT_KIND_CARD"}, request, closed=closed)
    assert request.kind == accounts_pb2.ACCOUNT_KIND_CARD
    assert refusal_of({"kind": 2}, request, closed=closed) == ("/kind", "unknown_value")


def test_fractions_are_read_where_the_contract_has_them() -> None:
    near = information_pb2.ListBranchesRequest().near
    decode(parse_json(b'{"latitude": 31.2, "longitude": 121}'), near)
    assert (near.latitude, near.longitude) == (31.2, 121.0)
    assert refusal_of({"latitude": "31.2"}, near) == ("/latitude", "not_a_number")


@pytest.mark.parametrize(
    ("text", "pointer", "why"),
    [
        (b'{"a":1,"a":1}', "/a", "duplicate_key"),
        (b'{"x":{"a~/b":1,"a~/b":2}}', "/a~0~1b", "duplicate_key"),
        (b'{"\\ud800":1,"\\ud800":1}', "/?", "duplicate_key"),
        (b"[" * 50_000, "", "too_deep"),
        (b"1" * 5_000, "", "not_json"),
        (b'{"a":Infinity}', "", "not_json"),
        (b'\xff{"a":1}', "", "not_utf8"),
        ('{"a":"房"}'.encode("gb18030"), "", "not_utf8"),
        (b"{'a':1}", "", "not_json"),
        (b"", "", "not_json"),
    ],
)
def test_texts_that_are_no_plain_json_are_refused(text: bytes, pointer: str, why: str) -> None:
    with pytest.raises(RefusalError) as refused:
        parse_json(text)
    (violation,) = refused.value.violations
    assert isinstance(violation, BodyViolation)
    assert (violation.pointer, violation.why) == (pointer, why)


def test_fractions_keep_their_digits() -> None:
    assert parse_json(b'{"a": 0.1000}') == {"a": "0.1000"}
    assert isinstance(parse_json(b"1e2"), Fraction)
