"""Cells of a table that more than one kind of table has."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tellerline.routing.calculators.credit import Words
from tellerline.routing.model.money import Money
from tellerline.routing.tickets.tables import Table

_CURRENCY = re.compile(r"[A-Z]{3}")
_CODE = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_LONGEST = 500


class TableError(ValueError):
    """A table that cannot be used: names the place and the mistake."""


def code(table: Table, key: str = "code") -> str:
    """What becomes a part of a resource's name."""
    value = table.text(key)
    if not _CODE.fullmatch(value):
        raise table.fail(key, "must be 1 to 64 of A-Z a-z 0-9 . _ : -")
    return value


def currency(table: Table, key: str = "currency") -> str:
    value = table.text(key)
    if not _CURRENCY.fullmatch(value):
        raise table.fail(key, "must be a currency such as CNY")
    return value


def day(table: Table, key: str) -> date:
    value = table.take(key, date, "a day such as 2026-01-31")
    if isinstance(value, datetime) or not 1900 <= value.year <= 2999:
        raise table.fail(key, "must be a day from 1900 to 2999, without a time")
    return value


def optional_day(table: Table, key: str) -> date | None:
    return day(table, key) if key in table.keys else None


def decimal(table: Table, key: str, *, least: str = "0", most: str = "1000000") -> Decimal:
    """A number from ``least`` to ``most`` with at most twelve decimals."""
    return checked(table, key, table.take(key, object, "a number"), least=least, most=most)


def optional_decimal(table: Table, key: str, *, least: str = "0", most: str = "1000000") -> Decimal | None:
    return decimal(table, key, least=least, most=most) if key in table.keys else None


def checked(table: Table, key: str, value: Any, *, least: str, most: str) -> Decimal:
    """``value`` of ``key`` as ``decimal`` promises."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise table.fail(key, "must be a number")
    number = Decimal(value)
    if not number.is_finite() or not Decimal(least) <= number <= Decimal(most):
        raise table.fail(key, f"must be from {least} to {most}")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -12:
        raise table.fail(key, "must have at most twelve decimals")
    return number


def percent(table: Table, key: str) -> Decimal:
    """Per cent, of a year or of an amount, from 0 to 100."""
    return decimal(table, key, most="100")


def optional_money(table: Table, key: str, of: str) -> Money | None:
    amount = optional_decimal(table, key, most="1000000000")
    if amount is None:
        return None
    try:
        return Money.parse(format(amount, "f"), of)
    except ValueError as error:
        raise table.fail(key, str(error)) from None


def words(table: Table, key: str) -> Words:
    """A table with a text in Chinese, ``zh``, and one in English, ``en``."""
    part = table.table(key)
    said = Words(zh=part.text("zh"), en=part.text("en"))
    for language, text in (("zh", said.zh), ("en", said.en)):
        if len(text) > _LONGEST or not text.replace("\u3000", " ").isprintable():
            raise part.fail(language, f"must be one line of at most {_LONGEST} characters")
    part.close()
    return said


def unique(keys: list[str], table: Table, key: str) -> None:
    """Refuses a key that is there twice."""
    twice = sorted({each for each in keys if keys.count(each) > 1})
    if twice:
        raise table.fail(key, f"{twice[0]!r} is there twice")
