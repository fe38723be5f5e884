"""Conversions of common types: exact, or refused with a word."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money as ProtoMoney
from hypothesis import given
from hypothesis import strategies as st

from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services import values
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import MAX_MINOR, Money


@given(st.integers(1, MAX_MINOR), st.sampled_from(["CNY", "JPY", "BHD", "CZK"]))
def test_an_amount_comes_back_as_it_was(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert values.money_from_proto(values.money_to_proto(money), "amount") == money


@pytest.mark.parametrize(
    ("money", "units", "nanos"),
    [
        (Money(-150, "CNY"), -1, -500_000_000),
        (Money(-50, "CNY"), 0, -500_000_000),
        (Money(1, "CNY"), 0, 10_000_000),
        (Money(-7, "JPY"), -7, 0),
        (Money(1001, "KWD"), 1, 1_000_000),
    ],
)
def test_units_and_nanos_have_the_same_sign(money: Money, units: int, nanos: int) -> None:
    proto = values.money_to_proto(money)
    assert (proto.units, proto.nanos) == (units, nanos)


@pytest.mark.parametrize(
    ("units", "nanos", "currency", "why"),
    [
        (-1, 0, "CNY", "not_positive"),
        (0, -10_000_000, "CNY", "not_positive"),
        (0, 0, "CNY", "not_positive"),
        (1, 5_000_000, "CNY", "too_many_decimals"),
        (1, 1, "CNY", "too_many_decimals"),
        (0, -5_000_000, "CNY", "too_many_decimals"),
        (1, 500_000_000, "JPY", "too_many_decimals"),
        (1, -10_000_000, "CNY", "mixed_signs"),
        (-1, 10_000_000, "CNY", "mixed_signs"),
        (1, 1_000_000_000, "CNY", "nanos_out_of_range"),
        (0, -1_000_000_000, "CNY", "nanos_out_of_range"),
        (10**15, 0, "CNY", "too_large"),
        (2**63 - 1, 0, "CNY", "too_large"),
        (-(2**63), 0, "CNY", "not_positive"),
        (1, 0, "", "not_a_currency"),
        (1, 0, "cny", "not_a_currency"),
        (1, 0, "CN1", "not_a_currency"),
        (1, 0, "人民币", "not_a_currency"),
        (1, 0, "CNYX", "not_a_currency"),
    ],
)
def test_card_32_a_bad_amount_is_refused(units: int, nanos: int, currency: str, why: str) -> None:
    with pytest.raises(RefusalError) as refusal:
        values.money_from_proto(ProtoMoney(units=units, nanos=nanos, currency_code=currency), "transfer.amount")
    assert refusal.value.code is Code.INVALID_AMOUNT
    assert [(v.field, v.why) for v in refusal.value.violations] == [("transfer.amount", why)]


def test_zero_is_an_amount_where_it_may_be() -> None:
    assert values.money_from_proto(ProtoMoney(currency_code="CNY"), "limit", positive=False) == Money(0, "CNY")
    with pytest.raises(RefusalError):
        values.money_from_proto(ProtoMoney(currency_code="CNY", units=-1), "limit", positive=False)


@given(st.dates())
def test_a_date_comes_back_as_it_was(day: object) -> None:
    proto = values.date_to_proto(str(day))
    assert proto is not None
    assert values.date_from_proto(proto, "day") == str(day)


@pytest.mark.parametrize(
    "day", [Date(), Date(year=2026, month=2, day=30), Date(year=2026, month=1), Date(year=-1, month=1, day=1)]
)
def test_a_date_outside_the_calendar_is_refused(day: Date) -> None:
    with pytest.raises(RefusalError) as refusal:
        values.date_from_proto(day, "start_date")
    assert refusal.value.violations[0].why == "not_a_date"


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_comes_back_as_it_was(instant: datetime) -> None:
    proto = values.instant_to_proto(instant)
    assert proto is not None
    assert values.instant_from_proto(proto, "start_time") == instant


def test_an_instant_keeps_its_offset() -> None:
    assert values.iso_instant_to_proto("2026-01-05T09:00:00+08:00") == Timestamp(seconds=1767574800)


def test_what_is_empty_stays_absent() -> None:
    assert values.date_to_proto("") is None
    assert values.iso_instant_to_proto("") is None
    assert values.instant_to_proto(None) is None


def test_an_instant_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(RefusalError):
        values.instant_from_proto(Timestamp(seconds=2**62), "start_time")
