"""What goes wrong around a site: no order is lost, nobody waits for ever, and it recovers by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from live_site import LiveSite, live_site

from tellerline.callcenter.live.log import FactLog, sqlite_log
from tellerline.callcenter.live.loop import SiteUnavailableError
from tellerline.callcenter.live.records import Image
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.invariants import check
from tellerline.callcenter.site.words import AgentState
from tellerline.connectors.telephony.events import Connected
from tellerline.simulators.faults.rule import FaultKind, FaultRule
from tellerline.simulators.softswitch.phones import PhoneState


@pytest.fixture
async def site(open_log: Callable[[], FactLog]) -> AsyncIterator[LiveSite]:
    async with live_site(open_log) as opened:
        yield opened


@pytest.fixture
async def on_file(tmp_path: Path) -> AsyncIterator[LiveSite]:
    """For what has nothing to do with the database."""
    async with live_site(lambda: sqlite_log(tmp_path / "sites.db")) as opened:
        yield opened


class ReplacedAfterWriting(FactLog):
    """Another controller takes the site between a fact and the image that it calls for."""

    def __init__(self, log: FactLog) -> None:
        super().__init__(log._database, "main")
        self._term = log._term
        self._other = FactLog(log._database, "main")
        self.asked = False

    async def keep(self, image: Image) -> None:
        self.asked = True
        await self._other.take()
        await super().keep(image)


async def called(site: LiveSite) -> str:
    """A caller who talks with agent A1; the call's id."""
    site.caller.call("95588")
    await site.talking(site.caller, site.phones["A1"])
    (call,) = (await site.state()).calls.values()
    return call.id


@pytest.mark.parametrize("order", ["answer", "dial", "open_conversation", "join", "clear"])
async def test_an_order_that_the_switch_never_answers_is_made_good(on_file: LiveSite, order: str) -> None:
    site = on_file
    await site.sign_in("A1")
    site.soft.faults.add(FaultRule(kind=FaultKind.LOSE_REQUEST, operations=frozenset({order}), count=3))
    site.caller.call("95588")
    await site.until(lambda state: [call.agent for call in state.calls.values()] == ["A1"])
    if order != "clear":
        await site.pass_time(20)
        await site.talking(site.caller, site.phones["A1"])
    site.phones["A1"].hang_up()
    await site.until(lambda state: not state.calls)
    await site.pass_time(30)
    assert site.caller.state is PhoneState.IDLE


async def test_a_snapshot_that_never_comes_is_asked_for_again(on_file: LiveSite) -> None:
    site = on_file
    await site.sign_in("A1")
    call = await called(site)
    await site.loop.close()
    site.soft.faults.add(FaultRule(kind=FaultKind.LOSE_REQUEST, operations=frozenset({"snapshot"}), count=2))
    site.caller.hang_up()
    await site.start()
    await site.until(lambda state: call not in state.calls)


async def test_a_controller_that_was_replaced_gives_no_more_orders(site: LiveSite) -> None:
    await site.sign_in("A1")
    call = await called(site)
    other = FactLog(site.log._database, "main")
    await other.take()
    site.loop.hear(Connected(at=site.clock.now(), leg="somebody-elses"))
    site.loop.hear(Connected(at=site.clock.now(), leg=f"{call}.7"))
    await site.pass_time(2)
    assert site.superseded == 1
    assert not site.soft.controlled
    assert site.caller.hears() == {site.phones["A1"].number}


async def test_a_controller_that_was_replaced_gives_no_order_that_still_waits(site: LiveSite) -> None:
    await site.sign_in("A1")
    call = await called(site)
    site.soft.faults.add(FaultRule(kind=FaultKind.DELAY, operations=frozenset({"leave"}), seconds=3.0))
    await site.done(c.Hold(actor="A1", call=call))
    other = FactLog(site.log._database, "main")
    await other.take()
    await site.pass_time(10)
    assert site.superseded == 1
    assert "music" not in site.caller.hears()


async def test_a_controller_with_nothing_to_do_finds_out_that_it_was_replaced(site: LiveSite) -> None:
    await site.sign_in("A1")
    await FactLog(site.log._database, "main").take()
    await site.pass_time(3)
    assert site.superseded == 1
    with pytest.raises(SiteUnavailableError):
        await site.state()


async def test_a_controller_that_is_replaced_before_it_keeps_an_image_ends_too(site: LiveSite) -> None:
    await site.sign_in("A1")
    log = ReplacedAfterWriting(site.log)
    before = await log.image()
    site.loop._around = replace(site.loop._around, log=log)
    while not log.asked:
        await site.done(c.BecomeNotReady(actor="A1", agent="A1", cause=f"CAUSE_{site.feed.last}"))
    while not site.superseded:
        await site.pass_time(0.01)
    assert site.superseded == 1
    assert await log.image() == before


async def test_a_clock_that_is_set_back_does_not_stop_the_time(on_file: LiveSite) -> None:
    site = on_file
    await site.sign_in("A1")
    call = await called(site)
    site.clock.jump_to(site.clock.now() - timedelta(hours=1))
    site.caller.hang_up()
    await site.until(lambda state: call not in state.calls)
    assert (await site.state()).agents["A1"].state is AgentState.WORKING_AFTER_CALL
    await site.pass_time(75)
    state = await site.state()
    assert state.agents["A1"].state is AgentState.READY
    assert check(state) == []


async def test_a_clock_that_was_wrong_for_a_while_is_caught_up_with(on_file: LiveSite) -> None:
    site = on_file
    await site.sign_in("A1")
    right = site.clock.now()
    site.clock.jump_to(right + timedelta(minutes=10))
    await site.done(c.BecomeNotReady(actor="A1", agent="A1", cause="LUNCH"))
    site.clock.jump_to(right)
    await site.loop.close()
    await site.start()
    await site.done(c.BecomeReady(actor="A1", agent="A1"))
    before = (await site.state()).now
    await site.clock.advance(100)
    await site.done(c.BecomeNotReady(actor="A1", agent="A1", cause="LUNCH"))
    after = (await site.state()).now
    assert before is not None
    assert after is not None
    assert timedelta(seconds=85) < after - before < timedelta(seconds=95)
