"""Channels, peers and grants: who is let in, and what each refusal says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from gateway_world import ACCOUNT, CUSTOMER, START, World, open_world, settings_for

from tellerline.gateway.access.grants import token_hash
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.records import Grant
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import Request
from tellerline.routing.model.accounts import GetBalance
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.transfers import CreateTransfer, TransferKind

GRANT = Grant(
    token_hash=token_hash("token"),
    customer=CUSTOMER,
    accounts=(),
    operations=(),
    channel="IVR",
    call="call-1",
    agent="",
    issued_at=START,
    expires_at=START + timedelta(minutes=10),
)


def balance(**changes: Any) -> Request:
    request = Request(
        channel="IVR",
        channel_serial="S1",
        command=GetBalance(account=ACCOUNT),
        customer=CUSTOMER,
        grant="token",
        call="call-1",
    )
    return replace(request, **changes)


async def code_of(world: World, request: Request, call: CallContext | None = None) -> Code | None:
    try:
        await world.run(world.gateway.pipeline.run(request, call or world.call()))
    except RefusalError as refusal:
        return refusal.code
    return None


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], Code | None]] = {
    "covered": ({}, {}, None),
    "no grant": ({}, {"grant": ""}, Code.GRANT_MISSING),
    "never issued": ({}, {"grant": "guess"}, Code.GRANT_EXPIRED),
    "expired": ({"expires_at": START}, {}, Code.GRANT_EXPIRED),
    "another customer": ({}, {"customer": "C2"}, Code.GRANT_NOT_SUFFICIENT),
    "another call": ({}, {"call": "call-2"}, Code.GRANT_NOT_SUFFICIENT),
    "another channel": ({}, {"channel": "ATM"}, Code.GRANT_NOT_SUFFICIENT),
    "another agent": ({"agent": "8001"}, {"agent": "8002"}, Code.GRANT_NOT_SUFFICIENT),
    "another account": ({"accounts": ("1",)}, {}, Code.GRANT_NOT_SUFFICIENT),
    "this account": ({"accounts": (ACCOUNT,)}, {}, None),
    "another operation": ({"operations": ("accounts.ReportLoss",)}, {}, Code.GRANT_NOT_SUFFICIENT),
    "handed to an agent in the same call": ({}, {"channel": "AGENT", "agent": "8001"}, None),
    "an agent without the caller": ({}, {"channel": "AGENT", "call": ""}, Code.GRANT_NOT_SUFFICIENT),
    "a grant without a call does not travel": ({"call": ""}, {"channel": "AGENT"}, Code.GRANT_NOT_SUFFICIENT),
    "the counter needs none": ({}, {"channel": "COUNTER", "grant": ""}, None),
    "no such channel": ({}, {"channel": "PIGEON"}, Code.CHANNEL_UNKNOWN),
}


@pytest.mark.parametrize("case", CASES)
async def test_grants(tmp_path: Path, case: str) -> None:
    grant, asked, expected = CASES[case]
    async with open_world(tmp_path) as world:
        await world.store.grants.issue(replace(GRANT, **grant))
        assert await code_of(world, balance(**asked)) is expected
        assert len(world.host.received) == (expected is None)


async def test_a_revoked_grant_is_over_at_once(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.store.grants.issue(GRANT)
        assert await code_of(world, balance()) is None
        await world.store.grants.revoke(call="call-1")
        assert await code_of(world, balance()) is Code.GRANT_EXPIRED


async def test_a_channel_speaks_through_its_own_peers_only(tmp_path: Path) -> None:
    channels = {"IVR": {"peers": ["ivr.bank"]}, "ATM": {"peers": ["atm.bank"], "operations": []}}
    async with open_world(tmp_path, settings=settings_for(channels=channels)) as world:
        await world.store.grants.issue(GRANT)
        assert await code_of(world, balance(), world.call(peer="ivr.bank")) is None
        assert await code_of(world, balance(), world.call(peer="atm.bank")) is Code.CHANNEL_NOT_ALLOWED
        assert await code_of(world, balance(), world.call()) is Code.CHANNEL_NOT_ALLOWED
        forged = world.call(metadata={"peer": "ivr.bank", "x-identity": "ivr.bank"})
        assert await code_of(world, balance(), forged) is Code.CHANNEL_NOT_ALLOWED
        closed = balance(channel="ATM")
        assert await code_of(world, closed, world.call(peer="atm.bank")) is Code.CHANNEL_NOT_ALLOWED


async def test_the_phone_offers_no_foreign_currency(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.store.grants.issue(GRANT)
        transfer = CreateTransfer(
            debit_account=ACCOUNT, credit_account="2", amount=Money(1, "USD"), kind=TransferKind.OTHER_BANK
        )
        assert await code_of(world, balance(command=transfer)) is Code.FOREIGN_CURRENCY_NOT_OFFERED
        nothing = replace(transfer, amount=Money(0, "CNY"))
        assert await code_of(world, balance(command=nothing)) is Code.INVALID_AMOUNT
        assert world.host.received == []
