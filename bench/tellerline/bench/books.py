"""The books of the benchmark's bank: customers with one account each, a statement of a known length and a loan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

PIN = "135790"
ENTRIES = 20
"""Entries of each account between ``Books.first_day`` and ``Books.last_day``."""

_FIRST_ENTRY_DAYS = 40
_OPENED_DAYS = 90
_SHOPS = ("永辉超市", "滴滴出行", "国家电网", "新华书店")


@dataclass(frozen=True, slots=True)
class Holder:
    """One customer with the numbers of account and loan."""

    customer: str
    name: str
    account: str
    loan: str

    @property
    def resource(self) -> str:
        return f"customers/{self.customer}/accounts/1"


@dataclass(frozen=True, slots=True)
class Books:
    holders: tuple[Holder, ...]
    today: datetime

    @classmethod
    def of(cls, customers: int, today: datetime) -> Books:
        """``customers`` made-up holders, always the same ones."""
        return cls(
            tuple(
                Holder(f"70{number:08}", f"客户{number}", f"621700{number:012}7", f"DK{number:010}")
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
