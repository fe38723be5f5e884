"""A plan that was undone leaves lines at its hosts that the journal agrees with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from gateway_world import World
from plan_bench import no_fault
from plan_lives import Life, Strike, heal, opened
from wired_host import WireFault

from tellerline.gateway.doubt.policy import DoubtPolicy, NotFoundRule
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import CaseEnding, DoubtStage, State
from tellerline.gateway.reconciliation.stretch import Findings, Stretch
from tellerline.routing.model.command import Command, HostCall, Reverse
from tellerline.routing.model.money import Money
from tellerline.routing.reconciliation.entries import DayEntry, DifferenceKind
from tellerline.simulators.hosting.dayfile import DayLine, day_lines

NOTHING_ELSE = 99
PEOPLE = DoubtPolicy(version="p/1", not_found=NotFoundRule.MANUAL, max_processing=5.0, give_up_after=15.0)
K = DifferenceKind


def entry(line: DayLine) -> DayEntry:
    return DayEntry(
        reference=line.reference,
        reversed=line.state == "REVERSED",
        accounting_date=line.accounting_date,
        operation=line.operation,
        account=line.account,
        amount=Money.parse(line.amount, line.currency) if line.amount else None,
        host_serial=line.host_serial,
    )


@pytest.mark.parametrize(
    ("operation", "refused"),
    [
        ("securities.TransferToSecurities", "securities.DepositFunds"),
        ("securities.TransferToBank", "settlement.CreditAccount"),
        ("billing.PayBill", "billing.NotifyPayment"),
    ],
)
async def test_what_a_plan_took_back_is_no_difference(tmp_path: Path, operation: str, refused: str) -> None:
    life = await Life.begin(operation)
    life.bench.strike(Strike(NOTHING_ELSE, WireFault.LOST_REPLY, refused=refused))
    async with opened("", tmp_path, "") as store, gateway(life, tmp_path, store) as world:
        before = [entry for host in life.bench.hosts for entry in entries_of(life, host)]
        await world.outcomes([life.request])
        await heal(life, world, store)
        assert (await life.row(store)).state is State.REVERSED
        for host in life.bench.hosts:
            found = await reconciled(life, world, host)
            assert (found.cases, found.unsettled) == ([], 0), host
        assert sum(found.matched for found in [await reconciled(life, world, host) for host in life.bench.hosts]) == 1
        assert before == []


async def test_a_reversal_in_doubt_is_left_to_its_own_pursuit(tmp_path: Path) -> None:
    life = await Life.begin("securities.TransferToSecurities")
    life.bench.strike(Silent())
    async with opened("", tmp_path, "") as store, gateway(life, tmp_path, store) as world:
        await world.outcomes([life.request])
        await world.pass_time(60.0, step=1.0)
        found = await reconciled(life, world, "core")
        assert (found.cases, found.words) == ([], [])
        (doubt,) = await store.journal.doubts()
        assert (doubt.operation, doubt.stage) == ("host.Reverse", DoubtStage.INQUIRE)
        life.bench.strike(no_fault)
        await heal(life, world, store)
        assert (await life.row(store)).state is State.REVERSED


@pytest.mark.parametrize(("written", "kinds"), [("at once", []), ("when it must have been done", [K.STATE])])
async def test_a_reversal_that_people_attest_and_the_file_does_not_show_is_a_difference(
    tmp_path: Path, written: str, kinds: list[str]
) -> None:
    """However late they attest it: only a file from before the reversal can be right as well."""
    life = await Life.begin("securities.TransferToSecurities")
    policy = life.bench.policies["core"]
    life.bench.policies["core"] = replace(policy, doubts={Reverse.operation: PEOPLE})
    life.bench.strike(Silent())
    async with opened("", tmp_path, "") as store, gateway(life, tmp_path, store) as world:
        await world.outcomes([life.request])
        at_once = life.bench.clock.now()
        await world.pass_time(60.0, step=1.0)
        (doubt,) = await store.journal.doubts()
        assert (doubt.operation, doubt.stage) == (Reverse.operation, DoubtStage.MANUAL)
        late = life.bench.clock.now()
        await world.pass_time(60.0, step=1.0)
        desk, serial = world.gateway.parts.desk, doubt.global_serial
        proposed = await desk.propose(serial, "li.na", CaseEnding.DONE, reason="seen in the books", evidence="")
        await desk.confirm(serial, proposed.number, "wang.wei", remark="")
        await heal(life, world, store)
        assert (await life.row(store)).state is State.REVERSED
        found = await reconciled(life, world, "core", at=at_once if written == "at once" else late)
        assert [case.kind for case in found.cases] == kinds


class Silent:
    """The second leg is refused, and from then on nobody hears of the reversal of the first."""

    def __init__(self) -> None:
        self._refuse = Strike(NOTHING_ELSE, WireFault.LOST_REPLY, refused="securities.DepositFunds")

    def __call__(self, command: Command, call: HostCall) -> WireFault | None:
        return WireFault.LOST_REQUEST if isinstance(command, Reverse) else self._refuse(command, call)


@asynccontextmanager
async def gateway(life: Life, folder: Path, store: Store) -> AsyncIterator[World]:
    world = life.world(folder, store)
    await world.run(world.gateway.start())
    yield world
    await world.run(world.gateway.close())
    world.close_log()


def entries_of(life: Life, host: str) -> list[DayEntry]:
    bank = life.bench.bank
    return [entry(line) for line in day_lines(bank.host(host), bank.calendar.accounting_date())]


async def reconciled(life: Life, world: World, host: str, at: datetime | None = None) -> Findings:
    stretch = Stretch(
        host=host,
        day=life.bench.bank.calendar.accounting_date(),
        produced_at=at or life.bench.clock.now(),
        after="",
        until="",
        entries=entries_of(life, host),
    )
    found: Findings = await world.run(world.gateway.parts.reconciliation.compare(stretch))
    return found
