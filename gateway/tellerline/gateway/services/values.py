"""Google's common types ⇄ the model's values, exactly."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money as ProtoMoney

from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.refusals import invalid
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import MAX_MINOR, Money, exponent

_NANOS = 1_000_000_000
_SCALES = tuple((10**places, 10 ** (9 - places)) for places in range(10))
"""Minor units in a unit and nanos in a minor unit, by the currency's decimal places."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def money_from_proto(amount: ProtoMoney, field: str, *, positive: bool = True) -> Money:
    """The exact amount; ``INVALID_AMOUNT`` with a word for anything that is not one. Never rounds.

    Without ``positive``, zero is an amount too; less than zero never is.
    """
    units, nanos, currency = amount.units, amount.nanos, amount.currency_code
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise _bad(field, "not_a_currency")
    if not -_NANOS < nanos < _NANOS:
        raise _bad(field, "nanos_out_of_range")
    if (units > 0 > nanos) or (units < 0 < nanos):
        raise _bad(field, "mixed_signs")
    places = exponent(currency)
    minor, rest = divmod(nanos, 10 ** (9 - places))
    if rest:
        raise _bad(field, "too_many_decimals")
    minor += units * 10**places
    if minor < 0 or (positive and minor == 0):
        raise _bad(field, "not_positive")
    if minor > MAX_MINOR:
        raise _bad(field, "too_large")
    return Money(minor, currency)


def _bad(field: str, why: str) -> RefusalError:
    return invalid(field, why, Code.INVALID_AMOUNT)


def money_to_proto(money: Money) -> ProtoMoney:
    """Units and nanos of the same sign."""
    proto = ProtoMoney()
    set_money(proto, money)
    return proto


def set_money(proto: ProtoMoney, money: Money) -> None:
    """The same into a part of a larger message, at half the cost of a message of its own that is copied there."""
    major, nano = _SCALES[exponent(money.currency)]
    minor = money.minor
    units, rest = divmod(minor, major) if minor >= 0 else (-(-minor // major), -(-minor % major))
    proto.currency_code = money.currency
    proto.units = units
    proto.nanos = rest * nano


def date_from_proto(day: Date, field: str) -> str:
    """ISO 8601; ``INVALID_REQUEST`` for a date that is not whole or not in the calendar (30 February)."""
    try:
        return date(day.year, day.month, day.day).isoformat()
    except ValueError:
        raise invalid(field, "not_a_date") from None


def date_to_proto(day: str) -> Date | None:
    """From ISO 8601; None for an empty one."""
    if not day:
        return None
    parsed = date.fromisoformat(day)
    return Date(year=parsed.year, month=parsed.month, day=parsed.day)


def instant_to_proto(instant: datetime | None) -> Timestamp | None:
    """Exact to the microsecond; None for none."""
    if instant is None:
        return None
    proto = Timestamp()
    _set_instant(proto, instant)
    return proto


def iso_instant_to_proto(instant: str) -> Timestamp | None:
    """From ISO 8601 with offset (UTC where it has none); None for an empty one."""
    if not instant:
        return None
    proto = Timestamp()
    set_iso_instant(proto, instant)
    return proto


def set_iso_instant(proto: Timestamp, instant: str) -> None:
    """The same into a part of a larger message, which stays unset for an empty one."""
    if instant:
        parsed = datetime.fromisoformat(instant)
        _set_instant(proto, parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))


def _set_instant(proto: Timestamp, instant: datetime) -> None:
    elapsed = instant - _EPOCH
    proto.seconds = elapsed.days * 86_400 + elapsed.seconds
    proto.nanos = elapsed.microseconds * 1000


def instant_from_proto(instant: Timestamp, field: str) -> datetime:
    """Aware UTC, cut to the microsecond; ``INVALID_REQUEST`` outside years 1 to 9999."""
    try:
        return _EPOCH + timedelta(seconds=instant.seconds, microseconds=instant.nanos // 1000)
    except OverflowError:
        raise invalid(field, "not_an_instant") from None
