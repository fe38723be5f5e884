"""A reported loss closes an account for what goes out; the host takes what is paid in, and so does the gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from journal_stores import fresh_schema
from plan_bench import asking
from plan_lives import Life, judge, opened
from wired_host import WireFault

from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import State
from tellerline.routing.model.accounts import AccountKind, ReportLoss
from tellerline.routing.model.command import Command, HostCall, Inquire
from tellerline.routing.model.fx import CreateDeal


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened("", tmp_path, fresh_schema()) as store:
        yield store


def no_word_about_the_loss(command: Command, _call: HostCall) -> WireFault | None:
    """The report does not arrive, and nobody says so."""
    about = isinstance(command, Inquire) and command.original_operation == ReportLoss.operation
    return WireFault.LOST_REQUEST if about or isinstance(command, ReportLoss) else None


async def test_a_deal_pays_into_an_account_whose_loss_report_is_in_doubt(tmp_path: Path, store: Store) -> None:
    """It has sold and dealt: there is no way back, and the host would take the money."""
    life = await Life.begin("fx.CreateDeal")
    deal = life.request.command
    assert isinstance(deal, CreateDeal)
    life.bench.strike(no_word_about_the_loss)
    world = life.world(tmp_path, store)
    await world.run(world.gateway.start())
    report = asking(ReportLoss(account=deal.credit_account, kind=AccountKind.CARD), "L1")
    await world.outcomes([report, life.request])
    await world.pass_time(5)
    lost = await store.journal.find("COUNTER", "L1")
    assert lost is not None
    assert lost.state is State.IN_DOUBT
    assert await judge(life, store) == "DONE"
    await world.run(world.gateway.close())
    world.close_log()
