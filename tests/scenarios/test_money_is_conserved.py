"""Random faults of every kind, and crashes of the gateway: no seed loses, makes or doubles a fen."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from gateway_world import CUSTOMER, START, World, make_world
from ledger_host import Fault, FaultPlan, LedgerHost

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.gateway.journal.records import FINAL_STATES, Search, State
from tellerline.gateway.services.ports import Request
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.money import Money
from tellerline.routing.model.transfers import CreateTransfer, TransferKind

ACCOUNTS = tuple(f"62170000000000{number:02}" for number in range(10))
OPENING = 100_000
TRANSFERS, ROUNDS = 100, 4


def random_faults(seed: int) -> FaultPlan:
    """Every third exchange of a transfer, an inquiry or a reversal goes wrong somehow; chance hangs on what is sent."""

    def plan(command: Command, call: HostCall) -> Fault | None:
        if isinstance(command, CreateTransfer):
            about = command.narrative
        else:
            about = f"{command.operation}{call.reference[-6:]}"
        draw = SeededRandomness(f"{seed}/{about}/{call.attempt}")
        faults = list(Fault)
        return faults[draw.below(len(faults))] if draw.fraction() < 0.35 else None

    return plan


def transfers(seed: int) -> list[Request]:
    draw = SeededRandomness(f"{seed}/transfers")
    requests = []
    for number in range(TRANSFERS):
        command = CreateTransfer(
            debit_account=ACCOUNTS[draw.below(10)],
            credit_account=ACCOUNTS[draw.below(10)],
            amount=Money(1 + draw.below(5_000), "CNY"),
            kind=TransferKind.OWN_ACCOUNTS,
            narrative=f"transfer {number}",
        )
        serial = f"M{number:04}"
        requests.append(Request(channel="COUNTER", channel_serial=serial, command=command, customer=CUSTOMER))
    return requests


async def run_seed(folder: Path, seed: int) -> str:
    """The trace's hash. Between rounds the gateway dies where it stands and another one takes its place."""
    clock = VirtualClock(START)
    host = LedgerHost(clock, balances=dict.fromkeys(ACCOUNTS, OPENING), fault_of=random_faults(seed), latency=0.1)
    requests = transfers(seed)
    for life in range(ROUNDS):
        world = make_world(folder, host=host, clock=clock, seed=f"{seed}/{life}")
        await world.run(world.gateway.start())
        await world.outcomes(requests[life::ROUNDS], seconds=3.0)
        await world.pass_time(4, step=1.0)
        await world.abandon()
    host.fault_of = lambda _command, _call: None
    world = make_world(folder, host=host, clock=clock, seed=f"{seed}/healed")
    await world.run(world.gateway.start())
    await world.pass_time(60, step=1.0)
    trace = await judge(world, host)
    await world.run(world.gateway.close())
    world.close_log()
    return trace


async def judge(world: World, host: LedgerHost) -> str:
    """After healing: everything final, gateway and host agree to the fen, nothing dropped."""
    records = await world.store.journal.search(Search(operation="transfers.CreateTransfer", limit=1000))
    assert len(records) == TRANSFERS
    assert {record.state for record in records} <= FINAL_STATES
    assert await world.store.journal.doubts() == []
    assert sum(host.balances.values()) == OPENING * len(ACCOUNTS)
    done = [record for record in records if record.state is State.DONE]
    assert host.effects == len(done)
    for account in ACCOUNTS:
        spent = sum(record.amount.minor for record in done if record.amount and record.account == account)
        usage = await world.store.journal.limit_usage(account, "2026-03-02")
        assert usage.total == spent
    lines = sorted(f"{record.channel_serial} {record.state} {record.code}" for record in records)
    return hashlib.sha256("\n".join([*lines, str(sorted(host.balances.items()))]).encode()).hexdigest()


@pytest.mark.parametrize("seed", range(12))
async def test_money_is_conserved_under_random_faults_and_crashes(tmp_path: Path, seed: int) -> None:
    await run_seed(tmp_path, seed)


async def test_the_same_seed_ends_in_the_same_way(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    assert await run_seed(tmp_path / "one", 7) == await run_seed(tmp_path / "two", 7)
