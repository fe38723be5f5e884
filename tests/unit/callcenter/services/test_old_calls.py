"""Calls that a site has no longer at hand: read, completed and corrected from its log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from live_site import ROSTER, SETTINGS, LiveSite

from tellerline.callcenter.live.log import sqlite_log
from tellerline.callcenter.services.asking import Desk
from tellerline.callcenter.services.refusals import RefusalError
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.state import Call


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[LiveSite]:
    """One that keeps ended calls at hand for a minute."""
    brief = replace(SETTINGS, kept_records=timedelta(minutes=1))
    opened = LiveSite(lambda: sqlite_log(tmp_path / "sites.db"), brief)
    await opened.start()
    yield opened
    await opened.loop.close()
    opened.soft.power_off()


def entries(call: Call) -> list[dict[str, str]]:
    """Every version of what was written."""
    return [dict(each.entries) for each in call.record.history]


async def test_an_old_calls_record_is_read_completed_and_corrected(site: LiveSite) -> None:
    await site.sign_in("A1")
    site.caller.call("95588")
    await site.talking(site.caller, site.phones["A1"])
    (call,) = (await site.state()).calls
    site.caller.hang_up()
    await site.pass_time(70)
    assert (await site.state()).call(call) is None
    await site.loop.close()
    await site.start()
    desk = Desk(site.loop, ROSTER)
    assert await desk.call(call, entries) == []
    assert (await site.state()).call(call) is None
    await desk.order(c.CompleteRecord(actor="A1", call=call, entries={"topic": "cards"}))
    await site.pass_time(70)
    assert (await site.state()).call(call) is None
    await desk.order(c.CorrectRecord(actor="A1", call=call, reason="typo", entries={"topic": "balance"}))
    assert await desk.call(call, entries) == [{"topic": "cards"}, {"topic": "balance"}]
    with pytest.raises(RefusalError) as again:
        await desk.order(c.CompleteRecord(actor="A1", call=call, entries={"topic": "loan"}))
    assert again.value.code == Why.RECORD_EXISTS


async def test_an_old_call_is_not_brought_back_for_somebody_who_had_no_part_in_it(site: LiveSite) -> None:
    await site.sign_in("A1")
    site.caller.call("95588")
    await site.talking(site.caller, site.phones["A1"])
    (call,) = (await site.state()).calls
    site.caller.hang_up()
    await site.pass_time(70)
    await site.sign_in("A2")
    written = site.feed.last
    with pytest.raises(RefusalError) as refused:
        await Desk(site.loop, ROSTER).order(c.CompleteRecord(actor="A2", call=call, entries={"topic": "cards"}))
    assert refused.value.code == Why.NOT_IN_CALL
    assert (await site.state()).call(call) is None
    assert site.feed.last == written


async def test_a_call_that_never_was_is_not_found(site: LiveSite) -> None:
    desk = Desk(site.loop, ROSTER)
    await site.sign_in("A1")
    for look in (desk.call("main-99", entries), desk.order(c.CorrectRecord(actor="A1", call="main-99", entries={}))):
        with pytest.raises(RefusalError) as refused:
            await look
        assert refused.value.code == Why.NO_SUCH_CALL
