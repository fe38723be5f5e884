"""Words of the command line as messages, checked on well-known and hand-made types."""

from __future__ import annotations

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import Descriptor
from google.type import date_pb2, money_pb2  # noqa: F401  registers the types that the test message uses

from tellerline.cli.arguments import ArgumentError, message_from_words

FIELD = descriptor_pb2.FieldDescriptorProto


@pytest.fixture(scope="module")
def order() -> Descriptor:
    file = descriptor_pb2.FileDescriptorProto(name="test/order.proto", package="test.order", syntax="proto3")
    file.dependency.extend(["google/type/money.proto", "google/type/date.proto"])
    colour = file.enum_type.add(name="Colour")
    for number, name in enumerate(("COLOUR_UNSPECIFIED", "COLOUR_RED")):
        colour.value.add(name=name, number=number)
    payee = file.message_type.add(name="Payee")
    payee.field.add(name="account_number", number=1, type=FIELD.TYPE_STRING, label=FIELD.LABEL_OPTIONAL)
    message = file.message_type.add(name="Order")
    for number, (name, kind, type_name) in enumerate(
        (
            ("payee", FIELD.TYPE_MESSAGE, ".test.order.Payee"),
            ("amount", FIELD.TYPE_MESSAGE, ".google.type.Money"),
            ("due", FIELD.TYPE_MESSAGE, ".google.type.Date"),
            ("colour", FIELD.TYPE_ENUM, ".test.order.Colour"),
            ("count", FIELD.TYPE_INT32, ""),
            ("urgent", FIELD.TYPE_BOOL, ""),
        ),
        start=1,
    ):
        message.field.add(name=name, number=number, type=kind, type_name=type_name or None, label=FIELD.LABEL_OPTIONAL)
    message.field.add(name="tags", number=9, type=FIELD.TYPE_STRING, label=FIELD.LABEL_REPEATED)
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return pool.FindMessageTypeByName("test.order.Order")


def test_every_kind_of_value(order: Descriptor) -> None:
    words = ["payee.account_number=622", "amount=-12.50CNY", "due=2026-01-31", "colour=red", "count=3", "urgent=yes"]
    assert message_from_words([*words, "tags=a,b", "tags=c"], order) == {
        "payee": {"account_number": "622"},
        "amount": {"currencyCode": "CNY", "units": "-12", "nanos": -500_000_000},
        "due": {"year": 2026, "month": 1, "day": 31},
        "colour": "COLOUR_RED",
        "count": 3,
        "urgent": True,
        "tags": ["a", "b", "c"],
    }


def test_raw_json_goes_through(order: Descriptor) -> None:
    assert message_from_words(['payee:={"account_number": "1"}'], order) == {"payee": {"account_number": "1"}}


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("count", "'count' is not key=value"),
        ("colur=red", "Order has no field 'colur'; it has: amount, colour"),
        ("count.x=1", "count is a number, not a message"),
        ("amount=twelve", r"amount=twelve: not a money \(120.00CNY\)"),
        ("due=31.1.2026", r"not a date \(2026-01-31\)"),
        ("colour=blue", "not a one of COLOUR_UNSPECIFIED, COLOUR_RED"),
        ("urgent=maybe", "not a yes or no"),
        ("payee:={", "unexpected end of data"),
    ],
)
def test_a_wrong_word_says_what_would_be_right(order: Descriptor, word: str, says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        message_from_words([word], order)


def test_a_field_given_twice_is_refused(order: Descriptor) -> None:
    with pytest.raises(ArgumentError, match="count is given twice"):
        message_from_words(["count=1", "count=2"], order)
