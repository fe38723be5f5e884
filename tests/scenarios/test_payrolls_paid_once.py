"""A payroll is paid once, whoever asks for it and however often, and can be run again when it could not be debited."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from journal_stores import fresh_schema
from plan_bench import PlanBench, asking, make_bench, no_fault, payroll_of
from plan_lives import Life, Strike, opened
from wired_host import WireFault

from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import State
from tellerline.gateway.services.ports import Settled
from tellerline.routing.model.codes import Code
from tellerline.routing.model.corporate import GetPayroll, LineState, PayrollLines, PayrollState, RunPayroll
from tellerline.routing.model.settlement import DebitAccount


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, str]:
    dsn = request.getfixturevalue("postgresql_dsn") if request.param == "postgresql" else ""
    return dsn, tmp_path_factory.mktemp("payrolls"), fresh_schema()


@pytest.fixture
async def store(database: tuple[str, Path, str]) -> AsyncIterator[Store]:
    async with opened(*database) as store:
        yield store


async def filed(bench: PlanBench, command: RunPayroll) -> PayrollLines:
    fields = {name: getattr(command, name) for name in ("company", "representative", "account", "payroll")}
    found = await bench.ask("corporate", GetPayroll(**fields))
    assert isinstance(found, PayrollLines)
    return found


@pytest.mark.parametrize("lost", [None, WireFault.LOST_REPLY])
async def test_two_runs_side_by_side_pay_once(tmp_path: Path, store: Store, lost: WireFault | None) -> None:
    bench = make_bench()
    command = await payroll_of(bench, 4, missing=3)
    before = bench.balance(command.account)
    if lost is not None:
        bench.strike(Strike(0, lost))
    world = bench.world(tmp_path, database=Life.kept(store), seed=f"twice{lost}")
    await world.run(world.gateway.start())
    runs = [asking(command, f"{number}{lost}") for number in "AB"]
    answers = await world.outcomes(runs, 60.0)
    (done,) = (answer for answer in answers if isinstance(answer, Settled))
    assert done.state is State.DONE
    assert [answer for answer in answers if answer is not done] == [Code.PAYROLL_ALREADY_RUN]
    assert await world.outcomes([asking(command, f"C{lost}")], 60.0) == [Code.PAYROLL_ALREADY_RUN]
    again = await world.outcomes(runs, 60.0)
    assert len(again) == len(answers)
    assert all(answer in again for answer in answers)
    assert before - bench.balance(command.account) == command.total.minor - command.lines[2].amount.minor
    assert bench.mirrored() == {}
    await world.run(world.gateway.close())
    world.close_log()


async def test_the_host_knows_what_became_of_each_line(tmp_path: Path, store: Store) -> None:
    bench = make_bench()
    command = await payroll_of(bench, 4, missing=3)
    assert {line.state for line in (await filed(bench, command)).lines} == {LineState.WAITING}
    world = bench.world(tmp_path, database=Life.kept(store), seed="lines")
    await world.run(world.gateway.start())
    await world.outcomes([asking(command, "LINES")], 60.0)
    bench.hosts["corporate"].received.clear()
    after = await filed(bench, command)
    assert after.payroll.state is PayrollState.PAID
    paid = (LineState.PAID, "")
    returned = (LineState.RETURNED, Code.ACCOUNT_NOT_FOUND)
    assert [(line.state, line.code) for line in after.lines] == [paid, paid, returned, paid]
    await world.run(world.gateway.close())
    world.close_log()


async def test_a_payroll_that_could_not_be_debited_can_be_run_again(tmp_path: Path, store: Store) -> None:
    bench = make_bench()
    command = await payroll_of(bench, 2, missing=3)
    before = bench.balance(command.account)
    world = bench.world(tmp_path, database=Life.kept(store), seed="again")
    await world.run(world.gateway.start())
    bench.strike(Strike(99, WireFault.REFUSED, refused=DebitAccount.operation))
    assert await world.outcomes([asking(command, "FIRST")], 60.0) == [Code.REJECTED_BY_HOST]
    assert bench.balance(command.account) == before
    bench.strike(no_fault)
    (done,) = await world.outcomes([asking(command, "SECOND")], 60.0)
    assert isinstance(done, Settled)
    assert done.state is State.DONE
    assert before - bench.balance(command.account) == command.total.minor
    await world.run(world.gateway.close())
    world.close_log()
