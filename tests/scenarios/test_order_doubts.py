"""Orders in doubt: found, taken back while nothing is filled, or a case for people; never sent twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from gateway_world import World, open_world
from securities_bench import ACCOUNT, CODE, MORNING, a_deposit, an_order, furnish
from wired_host import WiredHost, WireFault, wired

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.gateway.journal.codec import outcome_from_json
from tellerline.gateway.journal.records import Record, State
from tellerline.routing.model.command import Command, Effect, HostCall, Inquire, Reverse
from tellerline.routing.model.outcome import Done
from tellerline.routing.model.securities import CancelOrder, Order, OrderStatus
from tellerline.simulators.faults import FaultEngine
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.securities.host import SecuritiesHost
from tellerline.simulators.securities.server import SecuritiesServer

UNTIL_SETTLED = 90.0


@dataclass
class Desk:
    world: World
    bank: SecuritiesHost
    wire: WiredHost

    def strike(self, fault: WireFault) -> None:
        """The next change meets this fault; everything else is healthy."""
        left = [fault]

        def faults(command: Command, _call: HostCall) -> WireFault | None:
            return left.pop() if left and command.effect is not Effect.ENQUIRY else None

        self.wire.fault_of = faults

    async def settled(self, command: Command) -> Record:
        """What the journal says of ``command`` after some time."""
        answer = await self.world.ask(self.world.request(command), seconds=5.0)
        assert answer.state is State.IN_DOUBT
        await self.world.pass_time(UNTIL_SETTLED, step=1.0)
        return await self.world.record(answer.global_serial)

    def sent(self, command: Command) -> int:
        return sum(1 for received, _ in self.wire.received if received == command)

    def frozen(self) -> int:
        return self.bank.register.funds(self.bank.register.find(ACCOUNT)).held

    def best_ask(self) -> int:
        return self.bank.market.today(CODE).book.asks[0].price


def order_of(record: Record) -> Order:
    outcome = outcome_from_json(record.outcome)
    assert isinstance(outcome, Done)
    assert isinstance(outcome.result, Order)
    return outcome.result


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = VirtualClock(MORNING)
    bank = SecuritiesHost(BankCalendar(clock))
    furnish(bank)
    wire, policy = wired("securities", SecuritiesServer(bank, FaultEngine(SeededRandomness(1)), clock, None), clock)
    async with open_world(tmp_path, host=wire, clock=clock, policy=policy) as world:
        yield Desk(world, bank, wire)


@pytest.mark.parametrize("fault", [WireFault.LOST_REPLY, WireFault.CRASH_AFTER_COMMIT])
@pytest.mark.parametrize("filled", [False, True])
async def test_an_order_that_the_host_has_is_found(desk: Desk, fault: WireFault, filled: bool) -> None:
    order = an_order(price=desk.best_ask() if filled else 5_40)
    desk.strike(fault)
    record = await desk.settled(order)
    assert record.state is State.DONE
    assert order_of(record).status is (OrderStatus.FILLED if filled else OrderStatus.OPEN)
    assert desk.sent(order) == 1


async def test_an_order_that_never_arrived_is_taken_back_and_never_sent_again(desk: Desk) -> None:
    order = an_order()
    desk.strike(WireFault.LOST_REQUEST)
    record = await desk.settled(order)
    assert record.state is State.REVERSED
    assert (desk.sent(order), desk.frozen()) == (1, 0)
    assert desk.bank.references.buried(record.global_serial) == "PLACEORD"


def forgotten(serve: Callable[[bytes], bytes], desk: Desk) -> Callable[[bytes], bytes]:
    """A host that has the order and does not find it when asked."""
    inquiry = "INQUIRE".encode("cp037")

    def served(body: bytes) -> bytes:
        if not body.startswith(inquiry):
            return serve(body)
        references, desk.bank.references = desk.bank.references, type(desk.bank.references)()
        try:
            return serve(body)
        finally:
            desk.bank.references = references

    return served


@pytest.mark.parametrize(("filled", "state"), [(False, State.REVERSED), (True, State.MANUAL)])
async def test_an_order_that_turns_up_late_is_undone_or_a_case_for_people(
    desk: Desk, filled: bool, state: State
) -> None:
    order = an_order(price=desk.best_ask() if filled else 5_40)
    desk.wire.serve = forgotten(desk.wire.serve, desk)
    desk.strike(WireFault.LOST_REPLY)
    record = await desk.settled(order)
    assert record.state is state
    assert (desk.sent(order), desk.frozen()) == (1, 0)


async def test_a_cancellation_is_sent_again_until_it_is_done(desk: Desk) -> None:
    placed = await desk.world.ask(desk.world.request(an_order()))
    cancellation = CancelOrder(account=ACCOUNT, order=placed.host_serial)
    desk.strike(WireFault.LOST_REQUEST)
    record = await desk.settled(cancellation)
    assert record.state is State.DONE
    assert order_of(record).status is OrderStatus.CANCELLED
    assert (desk.sent(cancellation), desk.frozen()) == (2, 0)
    assert not [command for command, _ in desk.wire.received if isinstance(command, Reverse)]


async def test_a_deposit_that_never_arrived_is_sent_again(desk: Desk) -> None:
    desk.strike(WireFault.LOST_REQUEST)
    record = await desk.settled(a_deposit())
    assert record.state is State.DONE
    assert desk.bank.register.funds(desk.bank.register.find(ACCOUNT)).balance == 100_012_34
    assert [type(command) for command, _ in desk.wire.received].count(Inquire) >= 1
