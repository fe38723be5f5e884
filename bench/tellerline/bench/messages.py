"""Requests of the contract as bytes: each with a channel serial of its own, each from a customer with a grant."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf import json_format

from tellerline.bench.books import ENTRIES, Books, Holder
from tellerline.gateway.client import Contract

Fields = Callable[[Books, int], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of request: the method, and the fields of the request that holder number ``n`` makes."""

    method: str
    fields: Fields


def _balance(books: Books, number: int) -> dict[str, Any]:
    return {"name": f"{books.holders[number].resource}/balance"}


def _loan(books: Books, number: int) -> dict[str, Any]:
    holder = books.holders[number]
    return {"name": f"{holder.resource}/loans/{holder.loan}"}


def _statement(books: Books, number: int) -> dict[str, Any]:
    return {
        "parent": books.holders[number].resource,
        "start_date": _date(books.first_day),
        "end_date": _date(books.last_day),
        "page_size": ENTRIES,
    }


def _transfer(books: Books, number: int) -> dict[str, Any]:
    payee = books.holders[(number + 1) % len(books.holders)]
    return {
        "transfer": {
            "debit_account": books.holders[number].resource,
            "registered_payee": {"account_number": payee.account, "display_name": payee.name},
            "amount": {"currency_code": "CNY", "units": "1"},
            "narrative": "房租",
        }
    }


BALANCE = Asked("accounts.v1.AccountService/GetBalance", _balance)
LOAN = Asked("credit.v1.CreditService/GetLoan", _loan)
STATEMENT = Asked("accounts.v1.AccountService/ListStatementEntries", _statement)
TRANSFER = Asked("transfers.v1.TransferService/CreateTransfer", _transfer)


class Messages:
    """Makes requests of all holders in turn. ``grants`` are tokens by customer number."""

    def __init__(self, books: Books, grants: Mapping[str, str]) -> None:
        self._books = books
        self._grants = grants
        self._contract = Contract()
        self._serials = itertools.count(1)

    def path(self, asked: Asked) -> str:
        return self._contract.method(asked.method).path

    def bodies(self, asked: Asked, count: int) -> Iterator[bytes]:
        """``count`` requests; no channel serial comes twice from one ``Messages``."""
        request = self._contract.method(asked.method).request
        templates: list[Any] = [
            json_format.ParseDict({"context": self._context(holder), **asked.fields(self._books, number)}, request())
            for number, holder in enumerate(self._books.holders)
        ]
        for number in range(count):
            template = templates[number % len(templates)]
            template.context.channel_serial = f"bench-{next(self._serials):09}"
            yield template.SerializeToString()

    def _context(self, holder: Holder) -> dict[str, Any]:
        return {
            "channel": "CHANNEL_IVR",
            "customer": f"customers/{holder.customer}",
            "grant": self._grants.get(holder.customer, ""),
            "call": f"call-{holder.customer}",
            "language_code": "zh-CN",
        }


def _date(day: datetime) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}
