"""The simulated foreign exchange host on a free port, a connector on real HTTP in front of it, and a little data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from host_bench import PATIENCE_S, HostBench
from leaping_clock import LeapingClock

from tellerline.adapters.clock import ScaledClock, SeededRandomness
from tellerline.connectors.discovery import connect, discover
from tellerline.connectors.host import Answer, LateReply
from tellerline.connectors.transports import Endpoint
from tellerline.routing.model import fx
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Echo, HostCall
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, HostState, Result
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.fx.host import FxHost
from tellerline.simulators.fx.server import FxServer
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.ledger import Ledger

SELLER, BUYER = "6222000000000001", "6222000000000002"
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
EXPIRES = "2026-06-01T00:00:00+08:00"


def a_quote(units: int = 1_000) -> fx.CreateQuote:
    return fx.CreateQuote(account=SELLER, sell_currency="USD", buy_currency="CNY", fixed=Money(units * 100, "USD"))


def an_order(limit: str = "7.4") -> fx.CreateOrder:
    return fx.CreateOrder(
        account=SELLER,
        credit_account=BUYER,
        sell=Money(1_000_00, "USD"),
        buy_currency="CNY",
        limit_rate=limit,
        expires_at=EXPIRES,
    )


def deal_on(quote: fx.FxQuote) -> fx.ExecuteDeal:
    return fx.ExecuteDeal(account=SELLER, credit_account=BUYER, quote=quote.quote, sell=quote.sell, buy=quote.buy)


@dataclass(kw_only=True)
class FxBench(HostBench):
    """``change`` stands for a deal on a quote of its own: asked for at a reference's first attempt, and kept."""

    deals: dict[str, fx.ExecuteDeal] = field(default_factory=dict)

    async def ask(self, command: Command, call: HostCall | None = None, patience: float = PATIENCE_S) -> Answer:
        call = call or self.call()
        if command is self.change:
            command = await self._deal(call.reference)
        return await super().ask(command, call, patience)

    async def _deal(self, reference: str) -> fx.ExecuteDeal:
        if reference not in self.deals:
            answer = await super().ask(a_quote())
            assert isinstance(answer.outcome, Done)
            assert isinstance(answer.outcome.result, fx.FxQuote)
            self.deals[reference] = deal_on(answer.outcome.result)
        return self.deals[reference]


async def result_of(bench: HostBench, command: Command) -> Result:
    answer = await bench.ask(command)
    assert isinstance(answer.outcome, Done), answer
    return answer.outcome.result


def booked(host: FxHost, reference: str) -> int:
    """How often a deal of this reference is booked, reversals off; the bank's accounts must agree with all deals."""
    settled = [deal for deal in host.deals.filing if deal.state == "SETTLED"]
    for currency in ("USD", "CNY"):
        account = host.ledger.internal(f"BANK-{currency}", currency)
        sold = sum(deal.sell.minor for deal in settled if deal.sell.currency == currency)
        bought = sum(deal.buy.minor for deal in settled if deal.buy.currency == currency)
        assert account.balance == bought - sold
    handled = host.references.find(reference)
    return 0 if handled is None or handled.transaction is None or handled.reversed else 1


@asynccontextmanager
async def fx_bench() -> AsyncIterator[tuple[FxBench, FxServer]]:
    leaping = LeapingClock()
    clock = ScaledClock(START, 1.0, leaping)
    bank = FxHost(Ledger(), BankCalendar(clock))
    server = FxServer(bank, FaultEngine(SeededRandomness(1)), clock)
    await server.start()
    folders = [folder for folder in discover() if folder.manifest.name == "fx"]
    (host,) = connect(folders, {"fx": Endpoint(url=server.url)}, clock)
    late: list[LateReply] = []
    await host.start(late.append)
    unknown = fx.FxQuote(
        quote="FQ0",
        account=SELLER,
        sell=Money(1_000_00, "USD"),
        buy=Money(1, "CNY"),
        rate="1",
        reference_date="",
        expires_at="",
    )
    bench = FxBench(
        host=host,
        faults=server.faults,
        clock=clock,
        leaping=leaping,
        examples={},
        refused=(deal_on(unknown), Code.QUOTE_EXPIRED),
        change=deal_on(unknown),
        change_on_wire="ExecuteDeal",
        effect=lambda reference: booked(bank, reference),
        unsolicited=False,
        late=late,
    )
    try:
        bench.examples = await _examples(bench)
        yield bench, server
    finally:
        await host.close()
        await server.close()


async def _examples(bench: FxBench) -> dict[str, tuple[Command, type[Result]]]:
    """A command that succeeds for each operation, on a deal and an order that are there already."""
    deal = await result_of(bench, bench.change)
    order = await result_of(bench, an_order())
    assert isinstance(deal, fx.FxDeal)
    assert isinstance(order, fx.FxOrder)
    examples: tuple[tuple[Command, type[Result]], ...] = (
        (Echo(), HostState),
        (fx.ListRates(quote_currency="CNY"), fx.FxRates),
        (fx.GetRate(base="EUR", quote_currency="USD"), fx.FxRate),
        (a_quote(), fx.FxQuote),
        (bench.change, fx.FxDeal),
        (fx.GetDeal(account=SELLER, deal=deal.deal), fx.FxDeal),
        (fx.ListDeals(account=SELLER), fx.FxDeals),
        (an_order(), fx.FxOrder),
        (fx.CancelOrder(account=SELLER, order=order.order), fx.FxOrder),
        (fx.GetOrder(account=SELLER, order=order.order), fx.FxOrder),
        (fx.ListOrders(account=SELLER), fx.FxOrders),
    )
    return {example.operation: (example, result) for example, result in examples}
