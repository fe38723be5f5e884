"""The host over its wire: a stranger's strict client, the codes of its contract, the magic amounts, populated books."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from fx_bench import BUYER, EXPIRES, SELLER, FxBench, deal_on, fx_bench, result_of
from lxml import etree
from zeep import Client, Settings

from tellerline.routing.model import fx
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Rejected
from tellerline.simulators.fx.codes import MESSAGES
from tellerline.simulators.fx.magic import MAGIC_AMOUNTS
from tellerline.simulators.population.people import AccountHolder

HEADER = {"reference": "Z1", "channel": "IVR", "acceptedAt": "2026-03-02T09:00:00+08:00", "attempt": 1}


def everything(client: Any) -> dict[str, Any]:
    """Every operation once, as a stranger's program would call it; replies by operation."""
    replies: dict[str, Any] = {}

    def ask(name: str, **fields: Any) -> Any:
        replies[name] = client.service[name](header={**HEADER, "reference": name}, **fields)
        return replies[name].result

    amount = {"currency": "USD", "value": "1000.00"}
    accounts = {"account": SELLER, "creditAccount": BUYER}
    ask("Echo")
    ask("ListRates", quoteCurrency="CNY")
    ask("GetRate", base="EUR", quoteCurrency="USD")
    quote = ask("CreateQuote", account=SELLER, sellCurrency="USD", buyCurrency="CNY", amount=amount).quote
    bought = {"currency": "CNY", "value": quote.buy.value}
    deal = ask("ExecuteDeal", **accounts, quoteNumber=quote.number, amount=amount, buyAmount=bought).deal
    ask("GetDeal", account=SELLER, dealNumber=deal.number)
    ask("ListDeals", account=SELLER, limit=10)
    order = ask("CreateOrder", **accounts, amount=amount, buyCurrency="CNY", limitRate="7.4", expiresAt=EXPIRES).order
    ask("GetOrder", account=SELLER, orderNumber=order.number)
    ask("ListOrders", account=SELLER, limit=10)
    ask("CancelOrder", account=SELLER, orderNumber=order.number)
    ask("InquireTransaction", originalReference="ExecuteDeal", originalOperation="ExecuteDeal")
    ask("ReverseTransaction", originalReference="ExecuteDeal", originalOperation="ExecuteDeal")
    return replies


async def test_a_strict_stranger_can_call_every_operation() -> None:
    async with fx_bench() as (_, server):
        settings = Settings(strict=True, forbid_dtd=True, forbid_external=True)
        client = await asyncio.to_thread(Client, f"{server.url}?wsdl", settings=settings)
        replies = await asyncio.to_thread(everything, client)
    assert {name: reply.header.status for name, reply in replies.items()} == dict.fromkeys(replies, "OK")
    assert set(replies) == server.contract.operations
    assert replies["InquireTransaction"].result.original.deal.number == replies["GetDeal"].result.deal.number
    assert replies["CancelOrder"].result.order.state == "CANCELLED"


async def test_codes_in_the_contract_are_the_codes_of_the_host() -> None:
    async with fx_bench() as (_, server):
        documentation = etree.fromstring(server.contract.published(""))[0].text or ""
    assert set(re.findall(r"\b[0-9]{4}\b", documentation)) == set(MESSAGES)


async def test_magic_amounts_bring_the_hosts_own_refusals() -> None:
    async with fx_bench() as (bench, server):
        server.populate((), 1)
        for minor, code in MAGIC_AMOUNTS.items():
            answer = await bench.ask(deal_on(await _quote(bench, minor)))
            assert isinstance(answer.outcome, Rejected)
            assert answer.outcome.host_code == code


async def _quote(bench: FxBench, minor: int) -> fx.FxQuote:
    asked = fx.CreateQuote(account=SELLER, sell_currency="USD", buy_currency="CNY", fixed=Money(minor, "USD"))
    quote = await result_of(bench, asked)
    assert isinstance(quote, fx.FxQuote)
    return quote


async def test_populated_books_hold_resting_orders_the_same_for_the_same_seed() -> None:
    books = [await _orders_of_everybody(seed=7), await _orders_of_everybody(seed=7), await _orders_of_everybody(seed=8)]
    assert len(books[0]) == 4
    assert books[0] == books[1] != books[2]


async def _orders_of_everybody(seed: int) -> list[tuple[str, Money, str]]:
    holders = [AccountHolder(number=str(n), name="王芳", accounts=(f"62290000000{n:05d}",)) for n in range(101)]
    orders: list[fx.FxOrder] = []
    async with fx_bench() as (bench, server):
        server.populate(holders, seed)
        for holder in holders[::25]:
            found = await result_of(bench, fx.ListOrders(account=holder.accounts[0]))
            assert isinstance(found, fx.FxOrders)
            orders.extend(found.orders)
    return [(order.account, order.sell, order.limit_rate) for order in orders]
