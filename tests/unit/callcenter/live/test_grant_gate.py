"""Nobody else hears a customer before the grant of his agent has ended, and he does not wait for that for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from live_site import LiveSite, live_site

from tellerline.callcenter.live.log import sqlite_log
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.words import Mode, Purpose


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[LiveSite]:
    async with live_site(lambda: sqlite_log(tmp_path / "sites.db")) as opened:
        yield opened


class SlowGateway:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers = asyncio.Event()

    async def end(self, call: str) -> None:
        self.asked.append(call)
        await self.answers.wait()


async def called(site: LiveSite, gateway: SlowGateway) -> str:
    """A caller who talks with agent A1; the call's id."""
    site.end_grant = gateway.end
    await site.sign_in("A1", "A2", "L1")
    site.caller.call("95588")
    await site.until(lambda state: [call.agent for call in state.calls.values()] == ["A1"])
    (call,) = (await site.state()).calls
    await site.talking(site.caller, site.phones["A1"])
    return call


async def test_an_intercept_waits_for_the_end_of_the_grant(site: LiveSite) -> None:
    gateway = SlowGateway()
    call = await called(site, gateway)
    await site.done(c.Supervise(actor="L1", call=call, agent="A1", mode=Mode.INTERCEPT))
    await site.until(lambda state: state.calls[call].agent == "L1")
    await site.pass_time(0.5)
    assert gateway.asked == [call]
    assert site.caller.hears() == set()
    assert site.phones["A1"].hears() == set()
    gateway.answers.set()
    await site.pass_time(0.1)
    assert site.caller.hears() == {site.phones["L1"].number}


async def test_a_transfer_waits_for_the_end_of_the_grant(site: LiveSite) -> None:
    gateway = SlowGateway()
    call = await called(site, gateway)
    await site.done(c.Consult(actor="A1", call=call, to=c.ToAgent("A2"), purpose=Purpose.HELP))
    await site.talking(site.phones["A1"], site.phones["A2"])
    assert gateway.asked == []
    await site.done(c.CompleteTransfer(actor="A1", call=call))
    await site.pass_time(0.5)
    assert gateway.asked == [call]
    assert site.caller.hears() == set()
    gateway.answers.set()
    await site.pass_time(0.1)
    await site.talking(site.caller, site.phones["A2"])


async def test_a_gateway_that_does_not_answer_holds_nobody_up_for_long(site: LiveSite) -> None:
    gateway = SlowGateway()
    call = await called(site, gateway)
    await site.done(c.Supervise(actor="L1", call=call, agent="A1", mode=Mode.INTERCEPT))
    await site.until(lambda state: state.calls[call].agent == "L1")
    await site.pass_time(1.2)
    assert site.caller.hears() == {site.phones["L1"].number}


async def test_a_gateway_that_refuses_is_asked_again(site: LiveSite) -> None:
    gateway = SlowGateway()
    call = await called(site, gateway)
    fails = [OSError(), OSError()]

    async def end(of: str) -> None:
        gateway.asked.append(of)
        if fails:
            raise fails.pop()

    site.end_grant = end
    await site.done(c.Supervise(actor="L1", call=call, agent="A1", mode=Mode.INTERCEPT))
    await site.talking(site.caller, site.phones["L1"])
    assert gateway.asked == [call] * 3


async def test_a_hang_up_waits_for_nothing(site: LiveSite) -> None:
    gateway = SlowGateway()
    call = await called(site, gateway)
    site.caller.hang_up()
    await site.until(lambda state: call not in state.calls)
    await site.pass_time(0.2)
    assert site.phones["A1"].hears() == set()
    assert gateway.asked == []
