"""A changed PIN ends what the old one has opened, whatever comes of the answer, of the process, of another proof."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from gateway_world import ACCOUNT, CUSTOMER, START, World, make_world, open_world
from journal_rows import PENDING, acceptance, doubt, doubted, settlement
from ledger_host import Fault, LedgerHost

from tellerline.adapters.clock import VirtualClock
from tellerline.connectors.host import Answer
from tellerline.gateway.access.grants import token_hash
from tellerline.gateway.journal.access_records import AccessKind, AccessSearch
from tellerline.gateway.journal.records import CaseEnding, DoubtStage, State
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import IssuedGrant, Request, Settled
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Echo, HostCall
from tellerline.routing.model.customers import ChangePin, PinChanged, VerifyPin
from tellerline.routing.model.outcome import Done, Rejected

OLD, NEW = "480273", "915264"


@dataclass
class PinHost(LedgerHost):
    """A ledger host that changes PINs; what it says of a PIN takes ``pondering`` seconds to arrive."""

    pondering: float = 0.0
    operations: frozenset[str] = LedgerHost.operations | {ChangePin.operation}

    async def execute(self, command: Command, call: HostCall, deadline: float) -> Answer:
        answer = await super().execute(command, call, deadline)
        if isinstance(command, VerifyPin) and self.pondering:
            await self.clock.sleep(self.pondering)
        return answer

    def _change(self, command: Command, reference: str) -> Done | Rejected:
        if not isinstance(command, ChangePin):
            return super()._change(command, reference)
        if len(command.new_pin) != 6:
            return Rejected(code=Code.REJECTED_BY_HOST)
        self.pins[command.account] = command.new_pin
        return Done(result=PinChanged(changed_at="2026-03-02T12:00:00+08:00"), host_serial="H1")


def pin_host(clock: VirtualClock) -> PinHost:
    return PinHost(clock, balances={ACCOUNT: 1_000}, pins={ACCOUNT: OLD})


def pin_world(folder: Path) -> World:
    clock = VirtualClock(START)
    return make_world(folder, host=pin_host(clock), clock=clock)


async def grant_of(world: World, channel: str, login: str = "") -> str:
    asking = Request(channel=channel, channel_serial="login", command=Echo(), customer=CUSTOMER)
    issuer = world.gateway.parts.issuer
    return (await world.run(issuer.issue(asking, accounts=(), operations=(), seconds=600, login=login))).token


async def change(world: World, grant: str, new: str = NEW) -> Settled | Code:
    request = world.request(ChangePin(account=ACCOUNT, new_pin=new), channel="IVR")
    [end] = await world.outcomes([replace(request, grant=grant)])
    return end


async def alive(world: World, *tokens: str) -> list[bool]:
    return [await world.store.grants.grant(token_hash(token)) is not None for token in tokens]


async def why(world: World) -> list[str]:
    """What grants were revoked for, oldest first."""
    events = await world.store.access_trail.newest(AccessSearch(customer=CUSTOMER))
    return [each.why for each in reversed(events) if each.kind is AccessKind.REVOKED]


async def verify(world: World, pin: str) -> IssuedGrant | Code:
    request = world.request(VerifyPin(account=ACCOUNT, pin=pin), channel="IVR")
    try:
        return await world.gateway.parts.pins.verify(request, world.call())
    except RefusalError as refusal:
        return refusal.code


async def test_a_change_ends_every_grant_but_the_one_that_it_was_made_under(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    async with open_world(tmp_path, host=pin_host(clock), clock=clock) as world:
        own, atm = await grant_of(world, "IVR"), await grant_of(world, "ATM")
        web = await grant_of(world, "ONLINE_BANKING", login="l1")
        made = await change(world, own)
        assert isinstance(made, Settled)
        assert made.state is State.DONE
        assert await alive(world, own, atm, web) == [True, False, False]
        assert await why(world) == ["pin_changed"] * 2


async def test_what_the_host_refuses_ends_nothing(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    async with open_world(tmp_path, host=pin_host(clock), clock=clock) as world:
        own, atm = await grant_of(world, "IVR"), await grant_of(world, "ATM")
        assert await change(world, own, new="1234") is Code.REJECTED_BY_HOST
        assert await alive(world, own, atm) == [True, True]


async def changes_in_doubt(world: World, seconds: float) -> None:
    """Nobody knows for so long whether it was done; then it is known to be."""
    own, atm = await grant_of(world, "IVR"), await grant_of(world, "ATM")
    made = await change(world, own)
    assert isinstance(made, Settled)
    assert made.state is State.IN_DOUBT
    assert await alive(world, own, atm) == [True, False]
    meanwhile = await grant_of(world, "ATM")
    await world.pass_time(seconds)
    assert (await world.record(made.global_serial)).state is State.DONE
    assert await alive(world, own, meanwhile) == [False, False]
    assert await why(world) == ["pin_change_in_doubt", *["pin_changed"] * 2]


@pytest.mark.parametrize("fault", [Fault.LOSE_REPLY, Fault.LATE_WORK, Fault.GARBLE])
async def test_an_unknown_outcome_ends_the_others_at_once_and_what_was_won_meanwhile_with_the_doubt(
    tmp_path: Path, fault: Fault
) -> None:
    clock = VirtualClock(START)
    async with open_world(tmp_path, host=pin_host(clock), clock=clock) as world:
        world.host.fault_of = lambda command, _call: fault if isinstance(command, ChangePin) else None
        await changes_in_doubt(world, 60)


async def test_an_answer_behind_the_callers_deadline_ends_the_doubt_and_all_that_was_opened_until_then(
    tmp_path: Path,
) -> None:
    clock = VirtualClock(START)
    async with open_world(tmp_path, host=pin_host(clock), clock=clock) as world:
        world.host.latency = 12.0
        await changes_in_doubt(world, 3)


async def test_a_change_that_the_host_knows_nothing_of_ends_no_more(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    async with open_world(tmp_path, host=pin_host(clock), clock=clock) as world:
        own = await grant_of(world, "IVR")
        lost = Fault.LOSE_REQUEST
        world.host.fault_of = lambda command, _call: lost if isinstance(command, ChangePin) else None
        made = await change(world, own)
        assert isinstance(made, Settled)
        meanwhile = await grant_of(world, "ATM")
        await world.pass_time(300)
        assert (await world.record(made.global_serial)).state is State.MANUAL
        assert await alive(world, own, meanwhile) == [True, True]
        assert await why(world) == []


async def test_a_crash_before_the_answer_leaves_no_old_grant_to_the_next_life(tmp_path: Path) -> None:
    world = pin_world(tmp_path)
    await world.run(world.gateway.start())
    own, atm = await grant_of(world, "IVR"), await grant_of(world, "ATM")
    world.host.latency = 3.0
    request = replace(world.request(ChangePin(account=ACCOUNT, new_pin=NEW), channel="IVR"), grant=own)
    asking = asyncio.get_running_loop().create_task(world.outcome(request))
    await world.pass_time(1)
    assert [operation for operation, _ in world.host.received] == [ChangePin.operation]
    await world.abandon()
    assert asking.done()
    async with open_world(tmp_path, host=world.host, clock=world.clock) as next_life:
        await next_life.pass_time(1)
        assert await alive(next_life, own, atm) == [False, False]
        assert await why(next_life) == ["pin_change_in_doubt"] * 2


async def test_a_proof_by_the_old_pin_that_was_under_way_opens_nothing(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    host = pin_host(clock)
    async with open_world(tmp_path, host=host, clock=clock) as world:
        own = await grant_of(world, "IVR")
        host.pondering = 2.0

        async def late() -> IssuedGrant | Code:
            proof = asyncio.get_running_loop().create_task(verify(world, OLD))
            await world.clock.sleep(1.0)
            await change_now(world, own)
            return await proof

        assert await world.run(late()) is Code.PIN_INVALID
        assert (await world.store.grants.pin_tries(CUSTOMER)).failures == 1
        assert isinstance(await world.run(verify(world, NEW)), IssuedGrant)
        assert (await world.store.grants.pin_tries(CUSTOMER)).failures == 0


async def change_now(world: World, grant: str) -> None:
    request = world.request(ChangePin(account=ACCOUNT, new_pin=NEW), channel="IVR")
    assert isinstance(await world.outcome(replace(request, grant=grant)), Settled)


async def test_what_people_attest_as_changed_ends_the_grants(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    async with open_world(tmp_path, host=pin_host(clock), clock=clock) as world:
        row = acceptance(operation=ChangePin.operation, customer=CUSTOMER, account=ACCOUNT, amount=None, limited=None)
        await world.store.journal.accept(row)
        await world.store.journal.settle(doubted(row), PENDING)
        manual = settlement(row.global_serial, State.MANUAL, doubt=doubt(row, stage=DoubtStage.MANUAL))
        await world.store.journal.settle(manual, frozenset({State.IN_DOUBT}))
        atm = await grant_of(world, "ATM")
        desk = world.gateway.parts.desk
        proposed = await world.run(
            desk.propose(row.global_serial, "li.na", CaseEnding.DONE, reason="changed", evidence="host journal")
        )
        assert await alive(world, atm) == [True]
        await world.run(desk.confirm(row.global_serial, proposed.number, "wang.wei", remark=""))
        assert await alive(world, atm) == [False]
