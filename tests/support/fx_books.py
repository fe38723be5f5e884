"""A foreign exchange host's books, asked without any wire, and the raw series to check them against."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any
from zipfile import ZipFile

from currency_converter import CURRENCY_FILE

from tellerline.adapters.clock import VirtualClock
from tellerline.simulators.fx.host import FxHost
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.ledger import Ledger
from tellerline.simulators.soap.messages import SoapRequest

SELLER, BUYER = "6222000000000001", "6222000000000002"
SPREAD = Decimal("0.0015")
"""From the mid to either side, between major currencies."""
_serials = count(1)


@dataclass
class FxBooks:
    """Asked as over the wire: fields by name, ``__`` for the slash of a composite's part."""

    clock: VirtualClock
    host: FxHost

    def ask(self, operation: str, reference: str = "", **fields: str) -> Any:
        flat = {name.replace("__", "/"): value for name, value in fields.items()}
        reference = reference or f"REF{next(_serials)}"
        return self.host.handle(SoapRequest(operation=operation, reference=reference, fields=flat))

    def quote(self, value: str, sell: str = "USD", buy: str = "CNY", fixed: str = "") -> Any:
        amount = {"amount__currency": fixed or sell, "amount__value": value}
        return self.ask("CreateQuote", account=SELLER, sellCurrency=sell, buyCurrency=buy, **amount)

    def deal(self, quote: Any, reference: str = "", **other: str) -> Any:
        """Execute on a quote as answered, or with ``other`` fields."""
        amounts = {"amount": quote.sell, "buyAmount": quote.buy}
        fields = {"account": SELLER, "creditAccount": BUYER, "quoteNumber": quote.number}
        for name, (minor, currency) in amounts.items():
            fields |= {f"{name}__currency": currency, f"{name}__value": major(minor, currency)}
        return self.ask("ExecuteDeal", reference, **(fields | other))

    def order(
        self, limit: str, expires: str, *, sell: str = "USD", buy: str = "CNY", value: str = "1000", reference: str = ""
    ) -> Any:
        return self.ask(
            "CreateOrder",
            reference,
            account=SELLER,
            creditAccount=BUYER,
            buyCurrency=buy,
            limitRate=limit,
            expiresAt=expires,
            **{"amount__currency": sell, "amount__value": value},
        )

    def balances(self) -> Mapping[str, int]:
        """Of the bank's own accounts that are not zero."""
        return {each.number: each.balance for each in self.host.ledger.accounts() if each.balance}


def fx_books(start: datetime) -> FxBooks:
    clock = VirtualClock(start)
    return FxBooks(clock, FxHost(Ledger(), BankCalendar(clock)))


def major(minor: int, currency: str) -> str:
    return str(minor) if currency in ("JPY", "KRW") else str(Decimal(minor).scaleb(-2))


@cache
def raw_series() -> dict[str, dict[str, str]]:
    """The file as published, read by the standard library alone: each date's row by column."""
    with ZipFile(CURRENCY_FILE) as archive, archive.open(archive.namelist()[0]) as file:
        return {row["Date"]: row for row in csv.DictReader(io.TextIOWrapper(file, "ascii"))}


def published(day: str, currency: str) -> Decimal | None:
    """Units of ``currency`` for one euro; None for a day without a rate."""
    if currency == "EUR":
        return Decimal(1)
    text = raw_series().get(day, {}).get(currency, "N/A")
    return None if text == "N/A" else Decimal(text)


def bid(day: str, sell: str, buy: str) -> Decimal | None:
    """The bank's bid by the documented rule, from the raw file, to a precision far finer than any limit in tests."""
    one, other = published(day, sell), published(day, buy)
    return None if one is None or other is None else other / one * (1 - SPREAD)


def first_date_of(limit: str, sell: str, buy: str, since: str) -> str:
    """The first published date from ``since`` on whose bid is the limit or better; empty if there is none."""
    for day in sorted(raw_series()):
        price = bid(day, sell, buy)
        if day >= since and price is not None and price >= Decimal(limit):
            return day
    return ""
