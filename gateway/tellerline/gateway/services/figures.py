"""Exact figures ⇄ the contract's decimals, and formulas' refusals in the contract's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from google.type.date_pb2 import Date
from google.type.decimal_pb2 import Decimal as ProtoDecimal

from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.values import date_from_proto
from tellerline.routing.calculators.arithmetic import CalculationError
from tellerline.routing.model.codes import Code

_PLAIN = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,12})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
_YEARS = (1900, 2999)


def decimal_to_proto(value: Decimal) -> ProtoDecimal:
    """As it is written, without an exponent."""
    return ProtoDecimal(value=format(value, "f"))


def optional_decimal_to_proto(value: Decimal | None) -> ProtoDecimal | None:
    return None if value is None else decimal_to_proto(value)


def decimal_from_proto(value: ProtoDecimal, field: str) -> Decimal:
    """A plain decimal, not below zero, of up to nine digits before and twelve behind the point."""
    if not _PLAIN.fullmatch(value.value):
        raise invalid(field, "not_a_number" if value.value else "missing")
    return Decimal(value.value)


def percent_from_proto(value: ProtoDecimal, field: str) -> Decimal:
    """From 0 to 100."""
    percent = decimal_from_proto(value, field)
    if percent > 100:
        raise invalid(field, "too_large")
    return percent


def day_from_proto(day: Date, field: str) -> date:
    """A day from 1900 to 2999."""
    found = date.fromisoformat(date_from_proto(day, field))
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        raise invalid(field, "out_of_range")
    return found


def day_to_proto(day: date | None) -> Date | None:
    return None if day is None else Date(year=day.year, month=day.month, day=day.day)


def currency_from_proto(code: str, field: str) -> str:
    if not _CURRENCY.fullmatch(code):
        raise invalid(field, "not_a_currency" if code else "missing")
    return code


@contextmanager
def reckoning() -> Iterator[None]:
    """Turns what a formula refuses into a refusal: ``RATE_NOT_FOUND`` for a rate that nobody lists, else the field."""
    try:
        yield
    except CalculationError as error:
        if error.why == "no_rate":
            raise RefusalError(Code.RATE_NOT_FOUND) from None
        raise invalid(error.field, error.why) from None
