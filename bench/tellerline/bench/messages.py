"""Requests of the contract as bytes: each with a channel serial of its own, each from a customer with a grant."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from google.protobuf import json_format

from tellerline.bench.books import ENTRIES, Books
from tellerline.gateway.client import Contract
from tellerline.simulators.securities.listing import SECURITIES

T = TypeVar("T")
Fields = Callable[[Books, int], dict[str, Any]]


def _holder(books: Books, number: int) -> str:
    return books.holders[number].customer


def _representative(books: Books, number: int) -> str:
    return _turn(books.companies, number).caller


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of request: the method, the fields of request number ``n``, and by what name its grant is known.

    Both are asked for as many numbers as there are holders.
    """

    method: str
    fields: Fields
    caller: Callable[[Books, int], str] = _holder


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


def _funds(books: Books, number: int) -> dict[str, Any]:
    return {"name": f"{books.holders[number].resource}/fundsBalance"}


def _quote(_books: Books, number: int) -> dict[str, Any]:
    return {"name": f"quotes/{_turn(tuple(SECURITIES), number)}"}


def _rate(_books: Books, _number: int) -> dict[str, Any]:
    return {"name": "fxRates/USD-CNY"}


def _company_balances(books: Books, number: int) -> dict[str, Any]:
    return {"representative": _turn(books.companies, number).resource}


def _bill(books: Books, number: int) -> dict[str, Any]:
    who = _turn(books.subscribers, number)
    return {"name": f"billers/{who.kind.lower()}/subscribers/{who.number}/bills/{who.bill}"}


def _turn(them: Sequence[T], number: int) -> T:
    return them[number % len(them)]


BALANCE = Asked("accounts.v1.AccountService/GetBalance", _balance)
LOAN = Asked("credit.v1.CreditService/GetLoan", _loan)
STATEMENT = Asked("accounts.v1.AccountService/ListStatementEntries", _statement)
TRANSFER = Asked("transfers.v1.TransferService/CreateTransfer", _transfer)
FUNDS = Asked("securities.v1.SecuritiesService/GetFundsBalance", _funds)
QUOTE = Asked("securities.v1.SecuritiesService/GetQuote", _quote)
RATE = Asked("fx.v1.FxService/GetRate", _rate)
COMPANY_BALANCES = Asked("corporate.v1.CorporateService/GetBalances", _company_balances, _representative)
BILL = Asked("billing.v1.BillingService/GetBill", _bill)


class Messages:
    """Makes requests of all holders in turn. ``grants`` are tokens by the name that ``Asked.caller`` gives."""

    def __init__(self, books: Books, grants: Mapping[str, str]) -> None:
        self._books = books
        self._grants = grants
        self._contract = Contract()
        self._serials = itertools.count(1)

    def path(self, asked: Asked) -> str:
        return self._contract.method(asked.method).path

    def request(self, asked: Asked) -> Any:
        """The class of the request's message."""
        return self._contract.method(asked.method).request

    def bodies(self, asked: Asked, count: int) -> Iterator[bytes]:
        """``count`` requests; no channel serial comes twice from one ``Messages``."""
        request = self.request(asked)
        templates: list[Any] = [
            json_format.ParseDict(
                {"context": self._context(asked, number), **asked.fields(self._books, number)}, request()
            )
            for number in range(len(self._books.holders))
        ]
        for number in range(count):
            template = templates[number % len(templates)]
            template.context.channel_serial = f"bench-{next(self._serials):09}"
            yield template.SerializeToString()

    def _context(self, asked: Asked, number: int) -> dict[str, Any]:
        caller = asked.caller(self._books, number)
        return {
            "channel": "CHANNEL_IVR",
            "customer": f"customers/{caller.partition('.')[0]}",
            "grant": self._grants.get(caller, ""),
            "call": f"call-{caller}",
            "language_code": "zh-CN",
        }


def _date(day: datetime) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}
