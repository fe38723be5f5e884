"""Canaries: no PIN, token or whole number of a customer in any log line, metric or, for PIN and token, the database."""

from __future__ import annotations

from pathlib import Path

from gateway_world import ACCOUNT, CUSTOMER, PAYEE, World, open_world
from ledger_host import Fault, FaultPlan

from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import IssuedGrant, Request
from tellerline.routing.model.accounts import AccountKind, GetBalance, ReportLoss
from tellerline.routing.model.customers import DescribeCustomer, VerifyPin

PIN, IDENTITY = "480273", "11010519491231002X"


async def verify(world: World, pin: str) -> IssuedGrant | None:
    command = VerifyPin(account=ACCOUNT, pin=pin)
    request = Request(channel="IVR", channel_serial="V1", command=command, customer=CUSTOMER, call="call-1")
    try:
        return await world.run(world.gateway.parts.pins.verify(request, world.call()))
    except RefusalError:
        return None


def always(fault: Fault | None) -> FaultPlan:
    return lambda _command, _call: fault


async def everything_that_can_happen(world: World) -> str:
    """One of each: right and wrong PINs, done, refused, unsent, doubted, found; returns the token."""
    world.host.pins[ACCOUNT] = PIN
    issued = await verify(world, PIN)
    await verify(world, PIN[::-1])
    assert issued is not None
    balance = Request(
        channel="IVR",
        channel_serial=ACCOUNT,
        command=GetBalance(account=ACCOUNT),
        customer=CUSTOMER,
        grant=issued.token,
        call="call-1",
        agent=PAYEE,
    )
    await world.ask(balance)
    for fault in (None, *Fault):
        world.host.fault_of = always(fault)
        await world.outcomes([world.transfer(), world.request(DescribeCustomer(identity_document=IDENTITY))])
    world.host.fault_of = lambda _command, _call: Fault.LOSE_REPLY
    await world.outcomes([world.request(ReportLoss(account=ACCOUNT, kind=AccountKind.CARD))])
    await world.pass_time(60)
    return issued.token


def all_bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("journal.db*"))


async def test_canaries_do_not_sing(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        token = await everything_that_can_happen(world)
        metrics = world.gateway.metrics.exposition()[0].decode()
    logs = (tmp_path / "gateway.log").read_text("utf-8")
    assert logs.count("\n") > 15
    for canary in (ACCOUNT, PAYEE, PIN, PIN[::-1], IDENTITY, token):
        assert canary not in logs
        assert canary not in metrics
    database = all_bytes(tmp_path)
    assert ACCOUNT.encode() in database
    for secret in (PIN, PIN[::-1], token):
        assert secret.encode() not in database
