"""What belongs to a changed PIN happens with it, whoever has left, whatever got lost, and whoever finds out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gateway_world import ACCOUNT, CUSTOMER, START, World, make_world, open_world, registered
from google.protobuf.message import Message
from ledger_host import Fault

from tellerline.adapters.clock import VirtualClock
from tellerline.api.common.v1.context_pb2 import CHANNEL_COUNTER, CHANNEL_IVR, RequestContext
from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE
from tellerline.api.customers.v1 import counter_pb2, customers_pb2
from tellerline.gateway.journal.customer_records import ResetState
from tellerline.gateway.journal.records import CaseEnding, Customer, State
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command
from tellerline.routing.model.customers import ChangePin
from tellerline.routing.model.outcome import Done, Rejected
from tests.scenarios.test_changed_pins import NEW, OLD, PinHost, alive, grant_of, pin_host

NAME = f"customers/{CUSTOMER}/accounts/1"
OWN, WRONG = "736152", "735192"


@dataclass
class StubbornHost(PinHost):
    """Takes no new PIN while it ``refuses``."""

    refuses: bool = False

    def _change(self, command: Command, reference: str) -> Done | Rejected:
        return Rejected(code=Code.REJECTED_BY_HOST) if self.refuses else super()._change(command, reference)


async def ask(world: World, method: str, request: Message) -> Any:
    """What the handler answers; a refusal is its code."""
    (found,) = (each for service in world.gateway.services for each in service.methods if each.name == method)
    assert found.unary is not None
    try:
        return await found.unary(request, world.call())
    except RefusalError as refusal:
        return refusal.code


def clerk(world: World, agent: str, serial: str = "") -> RequestContext:
    world.serials += 1
    return RequestContext(channel=CHANNEL_COUNTER, channel_serial=serial or f"C{world.serials}", agent=agent)


def caller(world: World, serial: str = "", grant: str = "") -> RequestContext:
    world.serials += 1
    return RequestContext(channel=CHANNEL_IVR, channel_serial=serial or f"I{world.serials}", grant=grant)


async def verify(world: World, pin: str) -> Any:
    request = customers_pb2.VerifyPinRequest(
        context=caller(world), customer=f"customers/{CUSTOMER}", account=NAME, pin=pin
    )
    return await world.run(ask(world, "VerifyPin", request))


@asynccontextmanager
async def bank(folder: Path) -> AsyncIterator[World]:
    """The customer is locked out, has a grant from before, and two clerks agree on a reset."""
    clock = VirtualClock(START)
    host = StubbornHost(clock, balances={ACCOUNT: 1_000}, pins={ACCOUNT: OLD})
    async with open_world(folder, host=host, clock=clock) as world:
        await register(world)
        for _ in range(3):
            assert await verify(world, WRONG) is Code.PIN_INVALID
        assert await verify(world, OLD) is Code.PIN_LOCKED
        yield world


async def register(world: World) -> None:
    known = Customer(number=CUSTOMER, name="王芳", identity_document="1", tier="STANDARD", registered_at=START)
    await world.store.registry.add_customer(known)
    await world.store.registry.add_account(registered())


async def agreed(world: World) -> str:
    wanted = counter_pb2.CreatePinResetRequest(context=clerk(world, "SUN"), parent=NAME, reason="遗忘密码")
    name: str = (await world.run(ask(world, "CreatePinReset", wanted))).name
    approval = counter_pb2.ApprovePinResetRequest(context=clerk(world, "QIAN"), name=name)
    assert (await world.run(ask(world, "ApprovePinReset", approval))).approver == "QIAN"
    return name


def completion(world: World, name: str) -> counter_pb2.CompletePinResetRequest:
    return counter_pb2.CompletePinResetRequest(context=clerk(world, "SUN", "CPR-1"), name=name, new_pin=NEW)


async def left_alone(world: World, name: str) -> None:
    """The clerk's call ends while the host works, and the host goes on."""
    world.host.latency = 3.0
    completing = asyncio.get_running_loop().create_task(ask(world, "CompletePinReset", completion(world, name)))
    while not [each for each, _ in world.host.received if each == ChangePin.operation]:
        await world.pass_time(0.25)
    completing.cancel()
    await world.pass_time(5)
    assert completing.cancelled()
    world.host.latency = 0.0


async def state_of(world: World, channel: str, serial: str) -> State | None:
    record = await world.store.journal.find(channel, serial)
    return None if record is None else record.state


async def is_due(world: World) -> bool:
    return list(await world.store.dossiers.pins_to_change(CUSTOMER)) == [1]


async def test_a_reset_is_whole_when_its_clerk_has_left_while_the_host_worked(tmp_path: Path) -> None:
    async with bank(tmp_path) as world:
        before, name = await grant_of(world, "IVR"), await agreed(world)
        await left_alone(world, name)
        assert await state_of(world, "COUNTER", "CPR-1") is State.DONE
        assert await alive(world, before) == [False]
        again = await world.run(ask(world, "CompletePinReset", completion(world, name)))
        assert (again.state, again.transaction.state) == (
            counter_pb2.PinReset.STATE_COMPLETED,
            TRANSACTION_STATE_DONE,
        )
        won = await verify(world, NEW)
        assert (bool(won.token), won.pin_change_required) == (True, True)


async def test_what_was_refused_after_its_clerk_had_left_is_said_when_asked_again_and_leaves_the_reset_open(
    tmp_path: Path,
) -> None:
    async with bank(tmp_path) as world:
        assert isinstance(world.host, StubbornHost)
        before, name = await grant_of(world, "IVR"), await agreed(world)
        world.host.refuses = True
        await left_alone(world, name)
        assert await state_of(world, "COUNTER", "CPR-1") is State.REJECTED
        assert await alive(world, before) == [True]
        assert not await is_due(world)
        assert await verify(world, OLD) is Code.PIN_LOCKED
        again = await world.run(ask(world, "CompletePinReset", completion(world, name)))
        assert again is Code.REJECTED_BY_HOST
        assert not await is_due(world)
        world.host.refuses = False
        anew = completion(world, name)
        anew.context.channel_serial = "CPR-2"
        assert (await world.run(ask(world, "CompletePinReset", anew))).state == counter_pb2.PinReset.STATE_COMPLETED


async def test_a_reset_in_doubt_ends_the_lock_when_it_turns_out_to_be_done(tmp_path: Path) -> None:
    async with bank(tmp_path) as world:
        before, name = await grant_of(world, "IVR"), await agreed(world)
        world.host.fault_of = lambda command, _call: Fault.LOSE_REPLY if isinstance(command, ChangePin) else None
        await world.run(ask(world, "CompletePinReset", completion(world, name)))
        assert await state_of(world, "COUNTER", "CPR-1") is State.IN_DOUBT
        assert await alive(world, before) == [False]
        assert await verify(world, NEW) is Code.PIN_LOCKED
        await world.pass_time(60)
        assert await state_of(world, "COUNTER", "CPR-1") is State.DONE
        assert (await verify(world, NEW)).pin_change_required


async def test_a_reset_that_people_attest_as_undone_leaves_the_owner_his_old_pin(tmp_path: Path) -> None:
    async with bank(tmp_path) as world:
        name = await agreed(world)
        world.host.fault_of = lambda command, _call: Fault.LOSE_REQUEST if isinstance(command, ChangePin) else None
        await world.run(ask(world, "CompletePinReset", completion(world, name)))
        await world.pass_time(300)
        assert await state_of(world, "COUNTER", "CPR-1") is State.MANUAL
        assert await is_due(world)
        record = await world.store.journal.find("COUNTER", "CPR-1")
        assert record is not None
        desk = world.gateway.parts.desk
        proposed = await world.run(
            desk.propose(
                record.global_serial, "li.na", CaseEnding.UNDONE, reason="never arrived", evidence="host journal"
            )
        )
        await world.run(desk.confirm(record.global_serial, proposed.number, "wang.wei", remark=""))
        assert await state_of(world, "COUNTER", "CPR-1") is State.REVERSED
        assert not await is_due(world)
        await world.store.grants.pin_succeeded(CUSTOMER)
        assert not (await verify(world, OLD)).pin_change_required


async def test_a_reset_that_never_got_to_the_host_is_not_completed_behind_its_time(tmp_path: Path) -> None:
    """A process has died between the move of the reset and the row of its change."""
    async with bank(tmp_path) as world:
        name = await agreed(world)
        reset = await world.store.dossiers.pin_reset(name.rpartition("/")[2])
        assert reset is not None
        left = replace(reset, state=ResetState.COMPLETED, serial="COUNTER/CPR-1")
        assert await world.store.dossiers.move_pin_reset(left, ResetState.APPROVED, pin_to_change=True, told=None)
        await world.pass_time(15 * 60, step=15)
        assert await is_due(world)
        assert await world.run(ask(world, "CompletePinReset", completion(world, name))) is Code.PIN_RESET_NOT_OPEN
        assert (world.host.pins[ACCOUNT], await is_due(world)) == (OLD, False)


async def test_within_its_time_it_is_completed_under_its_serial(tmp_path: Path) -> None:
    async with bank(tmp_path) as world:
        name = await agreed(world)
        reset = await world.store.dossiers.pin_reset(name.rpartition("/")[2])
        assert reset is not None
        left = replace(reset, state=ResetState.COMPLETED, serial="COUNTER/CPR-1")
        assert await world.store.dossiers.move_pin_reset(left, ResetState.APPROVED, pin_to_change=True, told=None)
        done = await world.run(ask(world, "CompletePinReset", completion(world, name)))
        assert (done.state, world.host.pins[ACCOUNT]) == (counter_pb2.PinReset.STATE_COMPLETED, NEW)


async def test_what_was_refused_is_said_behind_its_time_and_sent_no_more(tmp_path: Path) -> None:
    async with bank(tmp_path) as world:
        assert isinstance(world.host, StubbornHost)
        name = await agreed(world)
        world.host.refuses = True
        await left_alone(world, name)
        world.host.refuses = False
        await world.pass_time(15 * 60, step=15)
        assert await world.run(ask(world, "CompletePinReset", completion(world, name))) is Code.REJECTED_BY_HOST
        assert world.host.pins[ACCOUNT] == OLD
        assert await world.run(ask(world, "CompletePinReset", completion(world, name))) is Code.PIN_RESET_NOT_OPEN


async def test_a_crash_while_the_host_worked_leaves_no_half_of_a_reset(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    world = make_world(tmp_path, host=pin_host(clock), clock=clock)
    await world.run(world.gateway.start())
    await register(world)
    for _ in range(3):
        await verify(world, WRONG)
    name = await agreed(world)
    world.host.fault_of = lambda command, _call: Fault.LOSE_REPLY if isinstance(command, ChangePin) else None
    completing = asyncio.get_running_loop().create_task(ask(world, "CompletePinReset", completion(world, name)))
    await world.pass_time(1)
    assert world.host.pins[ACCOUNT] == NEW
    await world.abandon()
    assert completing.done()
    async with open_world(tmp_path, host=world.host, clock=clock) as next_life:
        await next_life.pass_time(60)
        assert await state_of(next_life, "COUNTER", "CPR-1") is State.DONE
        assert (await verify(next_life, NEW)).pin_change_required


async def test_the_owners_change_counts_when_it_turns_out_to_be_done(tmp_path: Path) -> None:
    async with bank(tmp_path) as world:
        name = await agreed(world)
        await world.run(ask(world, "CompletePinReset", completion(world, name)))
        first = await verify(world, NEW)
        world.host.fault_of = lambda command, _call: Fault.LOSE_REPLY if isinstance(command, ChangePin) else None
        change = customers_pb2.ChangePinRequest(context=caller(world, "CP-1", first.token), name=NAME, new_pin=OWN)
        await world.run(ask(world, "ChangePin", change))
        assert await state_of(world, "IVR", "CP-1") is State.IN_DOUBT
        assert await is_due(world)
        await world.pass_time(60)
        assert await state_of(world, "IVR", "CP-1") is State.DONE
        won = await verify(world, OWN)
        assert (bool(won.token), won.pin_change_required, list(won.operations)) == (True, False, [])


async def test_an_old_change_asked_for_again_sheds_no_later_reset(tmp_path: Path) -> None:
    """What its serial is answered is stored, and changes nothing any more."""
    async with bank(tmp_path) as world:
        earlier = customers_pb2.ChangePinRequest(
            context=caller(world, "CP-1", await grant_of(world, "IVR")), name=NAME, new_pin=OWN
        )
        assert (await world.run(ask(world, "ChangePin", earlier))).transaction.state == TRANSACTION_STATE_DONE
        await world.run(ask(world, "CompletePinReset", completion(world, await agreed(world))))
        earlier.context.grant = (await verify(world, NEW)).token
        assert (await world.run(ask(world, "ChangePin", earlier))).transaction.state == TRANSACTION_STATE_DONE
        assert (await verify(world, NEW)).pin_change_required
