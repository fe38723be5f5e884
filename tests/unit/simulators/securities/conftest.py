"""The securities host without its queue, on a morning of trading, and short ways to ask it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from securities_bench import ACCOUNT, CODE, MORNING, furnish

from tellerline.adapters.clock import VirtualClock
from tellerline.simulators.hosting.calendar import BANK_ZONE, BankCalendar
from tellerline.simulators.records.reply import Reply
from tellerline.simulators.securities.host import SecuritiesHost

SELLER, SELLERS_NUMBER = "6222000000000002", "ZQ800000000200"


@dataclass
class Floor:
    """``ask`` sends one message through the copybook, there and back; references are new unless given."""

    clock: VirtualClock
    host: SecuritiesHost
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def ask(self, message_type: str, reference: str = "", **fields: str | int) -> Reply:
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        row = {"ACCOUNT": ACCOUNT, "MAXIMUM": 0, **named}
        reply = self.host.handle(message_type, reference or f"R{next(self.numbers)}", row)
        self.host.layout.reply(message_type, reply)
        return reply

    def order(
        self, side: str, price: int, quantity: int, *, account: str = ACCOUNT, code: str = CODE, reference: str = ""
    ) -> Reply:
        return self.ask(
            "PLACEORD",
            reference,
            ACCOUNT=account,
            SECURITY_CODE=code,
            SIDE=side,
            CURRENCY="CNY",
            PRICE=price,
            QUANTITY=quantity,
        )

    def funds(self, account: str = ACCOUNT) -> tuple[int, int, int, int]:
        """Balance, frozen, available, withdrawable."""
        fields = self.ask("GETFUNDS", ACCOUNT=account).fields
        balance, frozen, available, withdrawable = (
            fields[name] for name in ("BALANCE", "FROZEN-AMOUNT", "AVAILABLE", "WITHDRAWABLE")
        )
        assert isinstance(balance, int)
        assert isinstance(frozen, int)
        assert isinstance(available, int)
        assert isinstance(withdrawable, int)
        return balance, frozen, available, withdrawable

    def shares(self, account: str = ACCOUNT) -> dict[str, tuple[object, object, object]]:
        """Quantity, sellable and frozen by code."""
        rows = self.ask("LSTHOLD", ACCOUNT=account, AFTER_SECURITY="").fields["HOLDING"]
        assert isinstance(rows, list)
        return {row["SECURITY-CODE"]: (row["QUANTITY"], row["SELLABLE"], row["FROZEN"]) for row in rows}

    def best(self, side: str) -> tuple[int, int]:
        """Price and quantity of the best bid or ask."""
        rows = self.ask("GETQUOTE", SECURITY_CODE=CODE).fields[side]
        assert isinstance(rows, list)
        return rows[0][f"{side}-PRICE"], rows[0][f"{side}-QUANTITY"]

    def move_to(self, day: int, hour: int, minute: int = 0) -> None:
        """An instant of March 2026 in the bank's zone; the second is a Monday."""
        self.clock.jump_to(datetime(2026, 3, day, hour, minute, tzinfo=BANK_ZONE))


@pytest.fixture
def floor() -> Floor:
    """Two accounts with 100,000.00 and 1,037 shares each."""
    clock = VirtualClock(MORNING)
    host = SecuritiesHost(BankCalendar(clock))
    furnish(host)
    furnish(host, SELLER, SELLERS_NUMBER)
    return Floor(clock, host)
