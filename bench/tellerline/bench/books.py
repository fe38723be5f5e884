"""The books of the benchmark's bank: customers with one account each, a statement of a known length and a loan.

What the other hosts keep for these customers, their simulators make up from ``SEED``, the same in every process.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from tellerline.simulators.billing.agencies import AGENCIES
from tellerline.simulators.billing.bills import BillBook
from tellerline.simulators.billing.population import fill, subscriber_number
from tellerline.simulators.corporate.population import REPRESENTATIVES, credit_code
from tellerline.simulators.hosting.codes import RefusedError

PIN = "135790"
SEED = 1
ENTRIES = 20
"""Entries of each account between ``Books.first_day`` and ``Books.last_day``."""

_FIRST_ENTRY_DAYS = 40
_OPENED_DAYS = 90
_SHOPS = ("永辉超市", "滴滴出行", "国家电网", "新华书店")


@dataclass(frozen=True, slots=True)
class Holder:
    """One customer with the numbers of account and loan; also what every simulated host knows of a customer."""

    customer: str
    name: str
    account: str
    loan: str

    @property
    def resource(self) -> str:
        return f"customers/{self.customer}/accounts/1"

    @property
    def number(self) -> str:
        return self.customer

    @property
    def accounts(self) -> tuple[str, ...]:
        return (self.account,) if self.account else ()


@dataclass(frozen=True, slots=True)
class Company:
    """One company that the corporate front-end makes up, and one who acts for it."""

    number: str
    credit_code: str
    representative: str = REPRESENTATIVES[0]

    @property
    def caller(self) -> str:
        return f"{self.number}.{self.representative}"

    @property
    def resource(self) -> str:
        return f"customers/{self.number}/representatives/{self.representative}"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who is sent bills, with the number of one."""

    kind: str
    number: str
    bill: str


_NOBODY = Holder("7199999999", "试验", "", "")
_COMPANIES = 3


@dataclass(frozen=True)
class Books:
    holders: tuple[Holder, ...]
    today: datetime

    @classmethod
    def of(cls, customers: int, today: datetime) -> Books:
        """``customers`` made-up holders, always the same ones."""
        return cls(
            tuple(
                Holder(f"71{number:08}", f"客户{number}", f"621700{number:012}7", f"BD{number:010}")
                for number in range(1, customers + 1)
            ),
            today,
        )

    @property
    def first_day(self) -> datetime:
        return self.today - timedelta(days=_FIRST_ENTRY_DAYS)

    @property
    def last_day(self) -> datetime:
        return self.first_day + timedelta(days=ENTRIES - 1)

    @property
    def populace(self) -> tuple[Holder, ...]:
        """Whom the simulators make up their books for: the holders, and one without accounts where the magic ends."""
        return (*self.holders, _NOBODY)

    @property
    def companies(self) -> tuple[Company, ...]:
        return tuple(Company(f"70{number:08}", credit_code(number)) for number in range(1, _COMPANIES + 1))

    @cached_property
    def subscribers(self) -> tuple[Subscriber, ...]:
        """Those of the holders who have a mobile telephone, with their newest bills."""
        book, agency = BillBook(), AGENCIES["MOBILE"]
        fill(book, self.populace, SEED, self.today.date())
        found = []
        for holder in self.holders:
            number = subscriber_number(agency, holder.customer)
            with suppress(RefusedError):
                found.append(Subscriber(agency.kind, number, book.of(agency.kind, number)[0].number))
        return tuple(found)

    def document(self) -> dict[str, Any]:
        """As the simulators' admin API loads books."""
        return {
            "customers": [
                {"number": h.customer, "name": h.name, "identity_document": f"99{h.customer}000001"}
                for h in self.holders
            ],
            "accounts": [{"number": h.account, "owner": h.customer, "pin": PIN} for h in self.holders],
            "loans": [self._loan(holder) for holder in self.holders],
            "movements": [movement for holder in self.holders for movement in self._movements(holder)],
        }

    def _loan(self, holder: Holder) -> dict[str, Any]:
        granted = (self.today - timedelta(days=400)).date().isoformat()
        return {
            "number": holder.loan,
            "account": holder.account,
            "borrower_name": holder.name,
            "principal": "360000.00",
            "rate_ppm": 38_500,
            "granted_on": granted,
            "instalments": 36,
            "repaid": "40000.00",
        }

    def _movements(self, holder: Holder) -> list[dict[str, Any]]:
        opened = (self.today - timedelta(days=_OPENED_DAYS)).date().isoformat()
        opening = {"kind": "INCOMING", "amount": "10000000.00", "narrative": "期初转入", "booking_date": opened}
        entries = [
            {
                "kind": "CARD_PAYMENT",
                "amount": f"-{day + 1}.37",
                "narrative": "消费",
                "counterparty_name": _SHOPS[day % len(_SHOPS)],
                "booking_date": (self.first_day + timedelta(days=day)).date().isoformat(),
            }
            for day in range(ENTRIES)
        ]
        return [{"account": holder.account, **movement} for movement in (opening, *entries)]
