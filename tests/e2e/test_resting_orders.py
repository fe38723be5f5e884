"""Resting orders over the gateway's contract: days pass, and each fires at the first date on which the series reaches
its limit, which is read from the raw file here."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import grpc.aio
import pytest
from fx_books import first_date_of
from running_clock import passing

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.cli.system.embedded import Books, EmbeddedSystem, start_embedded
from tellerline.gateway.client import CanonicalError, Client
from tellerline.gateway.settings import GatewaySettings
from tellerline.simulators.population import Person

Json = dict[str, Any]
ZONE = ZoneInfo("Asia/Shanghai")
PLACED, LAST = date(2022, 5, 2), date(2022, 9, 30)
NOON = datetime.combine(PLACED, time(12), ZONE).astimezone(UTC)
LIMITS = ("6.7", "6.8", "7.01", "7.25")
NEVER = "7.25"
"""Reached, but only after the order has expired."""
DOLLARS = {"currency_code": "USD", "units": "1000", "nanos": 0}


@dataclass
class Desk:
    """A customer with an account in dollars and two in yuan, in front of a bank whose days pass as the test says."""

    system: EmbeddedSystem
    clock: VirtualClock
    client: Client
    person: Person
    serials: int = 0

    async def call(self, method: str, **fields: Any) -> Json:
        self.serials += 1
        context = {"channel": "CHANNEL_COUNTER", "channel_serial": f"S{self.serials:04}"}
        asked = self.client.call(f"fx.v1.FxService/{method}", {"context": context, **fields})
        return await passing(self.clock, asked)

    def accounts(self, currency: str) -> list[str]:
        """Resource names."""
        places = [place for place, each in enumerate(self.person.accounts, 1) if each.currency == currency]
        return [f"customers/{self.person.customer.number}/accounts/{place}" for place in places]

    def balances(self) -> dict[str, int]:
        return {each.number: self.system.bank.ledger.account(each.number).balance for each in self.person.accounts}

    def midnight(self, day: date) -> None:
        """To the first instant of ``day`` in the bank's zone."""
        self.clock.jump_to(datetime.combine(day, time(), ZONE).astimezone(UTC))

    async def place(self, limit: str) -> Json:
        order = {
            "credit_account": self.accounts("CNY")[0],
            "sell_amount": DOLLARS,
            "buy_currency_code": "CNY",
            "limit_rate": {"value": limit},
            "expire_time": datetime.combine(LAST, time(), ZONE).isoformat(),
        }
        reply = await self.call("CreateOrder", parent=self.accounts("USD")[0], order=order)
        placed: Json = reply["order"]
        assert placed["state"] == "STATE_OPEN"
        return placed

    async def orders(self) -> dict[str, Json]:
        """As ``GetOrder`` and ``ListOrders`` agree on, by limit."""
        listed = (await self.call("ListOrders", parent=self.accounts("USD")[0]))["orders"]
        assert [await self.call("GetOrder", name=order["name"]) for order in listed] == listed
        return {order["limit_rate"]["value"]: order for order in listed}

    async def deals(self) -> list[Json]:
        deals: list[Json] = (await self.call("ListDeals", parent=self.accounts("USD")[0]))["deals"]
        return deals

    async def settle(self, order: Json, credit_account: str) -> Json:
        amounts = {name: order["fill"][name] for name in ("sell_amount", "buy_amount")}
        return await self.call("CreateDeal", quote=order["fill_quote"], credit_account=credit_account, **amounts)


@asynccontextmanager
async def fx_desk(folder: Path) -> AsyncIterator[Desk]:
    clock = VirtualClock(NOON)
    settings = GatewaySettings.model_validate({"store": {"path": folder / "journal.db"}})
    log = os.open(folder / "gateway.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    books = Books(customers=60, magic=False)
    system = await start_embedded(settings, books, clock=clock, randomness=SeededRandomness(1), log_descriptor=log)
    assert system.population is not None
    held = [(person, [each.currency for each in person.accounts]) for person in system.population.people]
    person = next(person for person, kept in held if "USD" in kept and kept.count("CNY") > 1)
    try:
        async with grpc.aio.insecure_channel(system.node.target) as channel:
            desk = Desk(system, clock, Client(channel, timeout=30, language="en"), person)
            (dollars,) = (each.number for each in person.accounts if each.currency == "USD")
            system.bank.core.host.branch.post(dollars, 10_000_00, kind="CASH_DEPOSIT")
            yield desk
    finally:
        await system.stop()
        os.close(log)


def firing(limit: str) -> date:
    """By the raw series alone."""
    return date.fromisoformat(first_date_of(limit, "USD", "CNY", since=PLACED.isoformat()))


def date_of(message: Json) -> date:
    return date(message["year"], message["month"], message["day"])


def check_fill(order: Json, limit: str) -> None:
    fill = order["fill"]
    assert date_of(fill["reference_date"]) == firing(limit)
    assert datetime.fromisoformat(fill["deal_time"]) == datetime.combine(firing(limit), time(), ZONE)
    assert Decimal(fill["rate"]["value"]) >= Decimal(limit)
    assert (fill["order"], fill["state"]) == (order["name"], "STATE_AWAITING_SETTLEMENT")


async def test_resting_orders_fire_at_the_first_date_that_reaches_them(tmp_path: Path) -> None:
    dates = {limit: firing(limit) for limit in LIMITS}
    assert PLACED < dates["6.7"] < dates["6.8"] < dates["7.01"] < LAST < dates[NEVER], "each example must wait"
    async with fx_desk(tmp_path) as desk:
        names = {limit: (await desk.place(limit))["name"] for limit in LIMITS}
        for day in (PLACED + timedelta(days=number) for number in range(1, (LAST - PLACED).days)):
            desk.midnight(day)
            fired = [reached for reached in dates.values() if reached <= day]
            assert [date_of(deal["reference_date"]) for deal in await desk.deals()] == fired, day
            watched = await desk.call("GetOrder", name=names["7.01"])
            assert watched["state"] == ("STATE_FILLED" if dates["7.01"] <= day else "STATE_OPEN"), day
        desk.midnight(LAST)
        orders = await desk.orders()
        states = {limit: order["state"] for limit, order in orders.items()}
        assert states == dict.fromkeys(LIMITS, "STATE_FILLED") | {NEVER: "STATE_EXPIRED"}
        for limit in set(LIMITS) - {NEVER}:
            check_fill(orders[limit], limit)


async def test_a_fill_is_settled_between_its_orders_accounts_alone(tmp_path: Path) -> None:
    async with fx_desk(tmp_path) as desk:
        await desk.place("6.8")
        desk.midnight(firing("6.8") + timedelta(days=3))
        order = (await desk.orders())["6.8"]
        assert order["state"] == "STATE_FILLED"
        check_fill(order, "6.8")
        before, (own, another, *_) = desk.balances(), desk.accounts("CNY")
        with pytest.raises(CanonicalError) as refused:
            await desk.settle(order, another)
        assert (refused.value.code, refused.value.definite) == ("INVALID_REQUEST", True)
        assert desk.balances() == before
        settled = await desk.settle(order, own)
        assert (settled["deal"]["name"], settled["deal"]["state"]) == (order["fill"]["name"], "STATE_SETTLED")
        assert await desk.deals() == [settled["deal"]]
        moved = {number: balance - before[number] for number, balance in desk.balances().items()}
        bought = settled["deal"]["buy_amount"]
        minor = int(bought["units"]) * 100 + bought["nanos"] // 10_000_000
        assert sorted(filter(None, moved.values())) == [-1_000_00, minor]
        assert moved[desk.person.card] == minor
