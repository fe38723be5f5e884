"""PIN verification: a try is paid before it is made, and three wrong ones in a row lock."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from gateway_world import ACCOUNT, CUSTOMER, World, open_world
from ledger_host import Fault

from tellerline.gateway.access.grants import token_hash
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import IssuedGrant, Request
from tellerline.routing.model.codes import Code
from tellerline.routing.model.customers import VerifyPin

RIGHT, WRONG = "480273", "111111"


def asking(pin: str) -> Request:
    command = VerifyPin(account=ACCOUNT, pin=pin)
    return Request(channel="IVR", channel_serial="S1", command=command, customer=CUSTOMER, call="call-1")


async def verify(world: World, pin: str) -> IssuedGrant | Code:
    try:
        return await world.gateway.parts.pins.verify(asking(pin), world.call(), accounts=(ACCOUNT,))
    except RefusalError as refusal:
        return refusal.code


async def verified(world: World, pin: str) -> IssuedGrant | Code:
    world.host.pins[ACCOUNT] = RIGHT
    return await world.run(verify(world, pin))


async def failures(world: World) -> int:
    return (await world.store.grants.pin_tries(CUSTOMER)).failures


async def test_a_right_pin_earns_a_grant_of_which_only_the_hash_is_kept(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        issued = await verified(world, RIGHT)
        assert isinstance(issued, IssuedGrant)
        assert len(issued.token) == 43
        kept = await world.store.grants.grant(token_hash(issued.token))
        assert kept is not None
        assert (kept.customer, kept.accounts, kept.call) == (CUSTOMER, (ACCOUNT,), "call-1")
        assert await failures(world) == 0


async def test_three_wrong_ones_lock_and_the_right_one_does_not_open(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        assert [await verified(world, WRONG) for _ in range(3)] == [Code.PIN_INVALID] * 3
        assert await verified(world, RIGHT) is Code.PIN_LOCKED
        assert len(world.host.received) == 3
        world.clock.jump_to(world.clock.now().replace(day=4))
        assert isinstance(await verified(world, RIGHT), IssuedGrant)


async def test_success_clears_the_row(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        for pin in (WRONG, WRONG, RIGHT, WRONG, WRONG):
            await verified(world, pin)
        assert await failures(world) == 2
        assert isinstance(await verified(world, RIGHT), IssuedGrant)


@pytest.mark.parametrize("fault", [Fault.LOSE_REPLY, Fault.LOSE_REQUEST, Fault.NOT_SENT])
async def test_silence_keeps_the_try_and_is_never_asked_again(tmp_path: Path, fault: Fault) -> None:
    async with open_world(tmp_path) as world:
        world.host.fault_of = lambda _command, _call: fault
        assert await verified(world, RIGHT) in (Code.COMMUNICATION_TIMEOUT, Code.HOST_UNAVAILABLE)
        assert await failures(world) == 1
        assert len(world.host.received) == 1


async def test_a_crash_between_asking_and_clearing_gives_no_free_try(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.host.latency = 5.0
        task = asyncio.get_running_loop().create_task(verify(world, WRONG))
        await world.pass_time(1)
        task.cancel()
        assert await failures(world) == 1


async def test_a_hundred_at_once_are_three_guesses(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:

        async def guesses() -> list[IssuedGrant | Code]:
            return await asyncio.gather(*(verify(world, f"{number:06}") for number in range(100)))

        ends = await world.run(guesses())
        assert ends.count(Code.PIN_LOCKED) == 97
        assert len(world.host.received) == 3


@pytest.mark.parametrize(
    ("pin", "code"), [("1234", Code.PIN_TOO_SHORT), ("", Code.PIN_TOO_SHORT), ("12345a", Code.INVALID_REQUEST)]
)
async def test_what_is_no_pin_costs_no_try(tmp_path: Path, pin: str, code: Code) -> None:
    async with open_world(tmp_path) as world:
        assert await verified(world, pin) is code
        assert await failures(world) == 0
        assert world.host.received == []
