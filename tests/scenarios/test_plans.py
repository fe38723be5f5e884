"""Plans as their callers see them: accepted once, answered in time, counted once against limits, taken over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from gateway_world import START, settings_for
from journal_stores import fresh_schema
from plan_bench import asking, make_bench, no_fault, payroll_of
from plan_lives import Life, Strike, heal, judge, opened
from wired_host import WireFault

from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import State
from tellerline.gateway.plans.book import PlanBook
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.corporate import PayrollRun
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Unknown
from tellerline.routing.model.settlement import Booked, CreditAccount, DebitAccount, SettlementPurpose
from tellerline.routing.model.transfers import CreateTransfer, TransferKind
from tellerline.routing.transactions.legs import Plan, Progress, Step

TO_SECURITIES = "securities.TransferToSecurities"
DAY = START.date().isoformat()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, str]:
    dsn = request.getfixturevalue("postgresql_dsn") if request.param == "postgresql" else ""
    return dsn, tmp_path_factory.mktemp("plans"), fresh_schema()


@pytest.fixture
async def store(database: tuple[str, Path, str]) -> AsyncIterator[Store]:
    async with opened(*database) as store:
        yield store


async def test_the_same_serial_is_one_plan(tmp_path: Path, store: Store) -> None:
    life = await Life.begin(TO_SECURITIES)
    world = life.world(tmp_path, store)
    await world.run(world.gateway.start())
    first, second = await world.outcomes([life.request, life.request])
    assert isinstance(first, Settled)
    assert first == second == (await world.outcomes([life.request]))[0]
    more = replace(life.request.command, amount=Money(101_00, "CNY"))  # type: ignore[call-arg]
    assert await world.outcomes([replace(life.request, command=more)]) == [Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD]
    assert life.before - life.bench.balance(life.request.command.account_number) == 100_00
    await world.run(world.gateway.close())
    world.close_log()


async def test_a_plan_waits_a_moment_for_what_goes_first(tmp_path: Path, store: Store) -> None:
    """As when a gateway has just begun, and looks for what was queued while core was closed."""
    life = await Life.begin(TO_SECURITIES)
    world = life.world(tmp_path, store)
    await world.run(world.gateway.start())
    opening = world.gateway.pipeline.plans.gates["core"].opening
    opening.hold()

    def nothing_waits() -> None:
        assert opening.release(opening.looking())

    world.clock.call_later(0.6, nothing_waits)
    [answer] = await world.outcomes([life.request])
    assert isinstance(answer, Settled)
    assert answer.state is State.DONE
    await world.run(world.gateway.close())
    world.close_log()


async def test_a_caller_without_time_is_told_that_it_is_not_known_and_later_how_it_ended(
    tmp_path: Path, store: Store
) -> None:
    life = await Life.begin(TO_SECURITIES)
    life.bench.strike(Strike(1, WireFault.LOST_REPLY))
    world = life.world(tmp_path, store)
    await world.run(world.gateway.start())
    [answer] = await world.outcomes([life.request], seconds=2.0)
    assert isinstance(answer, Settled)
    assert (answer.state, type(answer.outcome)) == (State.IN_DOUBT, Unknown)
    await heal(life, world, store)
    [answer] = await world.outcomes([life.request])
    assert isinstance(answer, Settled)
    assert (answer.state, answer.global_serial) == (State.DONE, (await life.row(store)).global_serial)
    await world.run(world.gateway.close())
    world.close_log()


async def test_another_gateway_goes_on_where_one_died(tmp_path: Path, store: Store) -> None:
    life = await Life.begin(TO_SECURITIES)
    life.bench.strike(Strike(1, WireFault.LOST_REPLY))
    first = life.world(tmp_path, store)
    await first.run(first.gateway.start())
    asked = asyncio.get_running_loop().create_task(first.outcome(life.request))
    await first.pass_time(1.0)
    assert not asked.done()
    await first.abandon()
    life.bench.strike(no_fault)
    other = life.world(tmp_path, store, "other", settings=settings_for(instance="other"))
    await other.run(other.gateway.start())
    await heal(life, other, store)
    await other.pass_time(60.0, step=1.0)
    await other.run(other.gateway.close())
    other.close_log()
    assert await judge(life, store) == "DONE"


def transfer_in_legs() -> Plan[CreateTransfer]:
    """An ordinary transfer, whose amount counts against the limits, as a debit and a credit."""

    def debit(progress: Progress[CreateTransfer]) -> list[Command]:
        asked = progress.command
        return [DebitAccount(account=asked.debit_account, amount=asked.amount, purpose=SettlementPurpose.REMITTANCE)]

    def credit(progress: Progress[CreateTransfer]) -> list[Command]:
        asked = progress.command
        return [CreditAccount(account=asked.credit_account, amount=asked.amount, purpose=SettlementPurpose.REMITTANCE)]

    return Plan(
        command=CreateTransfer,
        steps=(
            Step(name="debit", asks=DebitAccount, legs=debit),
            Step(name="credit", asks=CreditAccount, legs=credit),
        ),
        result=lambda progress: progress.result("credit", Booked),
        booking="debit",
    )


async def test_limits_are_reserved_once_and_come_back_once_when_it_is_undone(tmp_path: Path, store: Store) -> None:
    bench = make_bench()
    payer, payee = bench.payer, bench.population.people[1].card
    command = CreateTransfer(
        debit_account=payer, credit_account=payee, amount=Money(100_00, "CNY"), kind=TransferKind.REGISTERED_PAYEE
    )
    world = bench.world(tmp_path, database=Life.kept(store), seed="limits")
    pipeline = world.gateway.pipeline
    pipeline.composites = pipeline.planned.book = PlanBook({command.operation: transfer_in_legs()}, pipeline.plans)
    await world.run(world.gateway.start())
    before = await store.journal.limit_usage(payer, DAY)
    [done] = await world.outcomes([asking(command, "L1")])
    used = await store.journal.limit_usage(payer, DAY)
    assert isinstance(done, Settled)
    assert (used.total - before.total, used.count - before.count) == (100_00, 1)
    bench.strike(Strike(1, WireFault.REFUSED))
    assert await world.outcomes([asking(command, "L2")] * 2) == [Code.REJECTED_BY_HOST] * 2
    undone = await store.journal.find("COUNTER", "L2")
    assert undone is not None
    assert (undone.state, undone.code) == (State.REVERSED, Code.REJECTED_BY_HOST)
    after = await store.journal.limit_usage(payer, DAY)
    assert (after.total - before.total, after.count - before.count) == (100_00, 2)
    await world.run(world.gateway.close())
    world.close_log()


async def test_a_payroll_of_500_lines(tmp_path: Path, store: Store) -> None:
    """Every fiftieth line names nobody, every twentieth one's reply is lost, and the gateway dies on the way."""
    bench = make_bench()
    command = await payroll_of(bench, 500, missing=50)
    request, before = asking(command, "PAYROLL"), bench.balance(command.account)
    seen: list[str] = []

    def faults(_command: Command, call: HostCall) -> WireFault | None:
        seen.append(call.reference)
        return WireFault.LOST_REPLY if isinstance(_command, CreditAccount) and len(seen) % 20 == 0 else None

    bench.strike(faults)
    first = bench.world(tmp_path, database=Life.kept(store), seed="payroll")
    await first.run(first.gateway.start())
    asked = asyncio.get_running_loop().create_task(first.outcome(request, 300.0))
    while len(seen) < 200:
        await first.pass_time(0.5)
    assert not asked.done()
    await first.abandon()
    again = bench.world(tmp_path, database=Life.kept(store), seed="again")
    await again.run(again.gateway.start())
    [answer] = await again.outcomes([request], 300.0)
    assert isinstance(answer, Settled)
    assert isinstance(answer.outcome, Done)
    run = answer.outcome.result
    assert isinstance(run, PayrollRun)
    assert [line.number for line in run.lines if line.code] == list(range(50, 501, 50))
    refused = sum(line.amount.minor for line in command.lines if line.number % 50 == 0)
    assert (run.returned.minor, run.paid.minor) == (refused, command.total.minor - refused)
    assert before - bench.balance(command.account) == run.paid.minor
    assert (bench.mirrored(), bench.broken_ledgers()) == ({}, [])
    await again.run(again.gateway.close())
    again.close_log()
