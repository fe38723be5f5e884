"""Faults of a site's store with calls up: refused or unknown, never answered wrongly, and over when the fault is."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from live_site import LiveSite, live_site

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.callcenter.live.codec import fact_of
from tellerline.callcenter.live.log import postgresql_log, sqlite_log
from tellerline.callcenter.live.loop import SiteUnavailableError
from tellerline.callcenter.live.records import EVERYTHING
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.evolve import evolve
from tellerline.callcenter.site.state import SiteState
from tellerline.callcenter.site.words import AgentState
from tellerline.simulators.servers.postgresql import PostgresqlServer


def allow_pages(connection: sqlite3.Connection, more: int) -> None:
    """Let the file grow by so many pages, as a disk would that has no room for others."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages + more}")


@pytest.fixture
async def on_disk(tmp_path: Path) -> AsyncIterator[LiveSite]:
    async with live_site(lambda: sqlite_log(tmp_path / "sites.db")) as site:
        yield site


@pytest.fixture
async def on_server(postgresql_server: PostgresqlServer) -> AsyncIterator[LiveSite]:
    schema = f"sites_{SystemRandomness().bytes(6).hex()}"
    async with live_site(lambda: postgresql_log(postgresql_server.dsn, SystemClock(), schema=schema)) as site:
        yield site


async def called(site: LiveSite) -> str:
    """A caller who talks with agent A1; the call's id."""
    site.caller.call("95588")
    await site.talking(site.caller, site.phones["A1"])
    (call,) = (await site.state()).calls.values()
    return call.id


async def refused(site: LiveSite, agent: str, causes: int) -> tuple[list[str], list[SiteUnavailableError]]:
    """Which of so many changes were answered as done, and how the others were not."""
    done, errors = [], []
    for number in range(causes):
        cause = f"{agent}_{number}"
        try:
            await site.done(c.BecomeNotReady(actor=agent, agent=agent, cause=cause))
        except SiteUnavailableError as error:
            errors.append(error)
            await site.pass_time(0.2)
        else:
            done.append(cause)
    return done, errors


async def healed(site: LiveSite) -> None:
    """Wait until the site takes commands again."""
    for _ in range(600):
        asked = asyncio.ensure_future(site.loop.ask(c.BecomeNotReady(actor="A2", agent="A2", cause="HEALED")))
        while not asked.done():
            await site.pass_time(0.1)
            await asyncio.sleep(0.01)
        if asked.exception() is None:
            return
    raise AssertionError("it never came back")


async def written(site: LiveSite) -> tuple[SiteState, list[str]]:
    """What the log alone says: the state, and every cause that A2 ever gave."""
    state, causes, position = SiteState(), [], 0
    while page := await site.log.read(position, site.feed.last, EVERYTHING):
        for recorded in page:
            fact = fact_of(recorded.entry)
            evolve(state, fact)
            causes.append(getattr(fact, "cause", ""))
        position = page[-1].position
    return state, causes


async def test_a_full_disk_refuses_loses_nothing_and_is_over_when_there_is_room(on_disk: LiveSite) -> None:
    site = on_disk
    await site.sign_in("A1", "A2")
    call = await called(site)
    await site.log._database._engine.submit(allow_pages, 2)  # type: ignore[attr-defined]
    done, errors = await refused(site, "A2", 60)
    assert done
    assert len(errors) > 3
    assert {(error.reason, error.maybe_done) for error in errors} <= {
        ("disk full", False),
        ("database unavailable", False),
    }
    site.caller.hang_up()
    await site.pass_time(3)
    assert site.phones["A1"].hears() == set()
    await site.log._database._engine.submit(allow_pages, 10_000)  # type: ignore[attr-defined]
    await healed(site)
    await site.until(lambda state: call not in state.calls)
    state, causes = await written(site)
    assert [cause for cause in causes if cause.startswith("A2_")] == done
    assert state == await site.state()
    assert state.agents["A1"].state is AgentState.WORKING_AFTER_CALL


async def test_a_database_that_is_away_leaves_calls_up_and_is_made_up_for(
    on_server: LiveSite, postgresql_server: PostgresqlServer
) -> None:
    site = on_server
    await site.sign_in("A1", "A2")
    call = await called(site)
    await asyncio.to_thread(postgresql_server.kill)
    site.disk_patience = 0.03
    asked = [
        asyncio.ensure_future(site.loop.ask(c.BecomeNotReady(actor="A2", agent="A2", cause=f"A2_{number}")))
        for number in range(5)
    ]
    for _ in range(40):
        await site.pass_time(0.1)
        await asyncio.sleep(0.01)
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(result) for result in results} == {SiteUnavailableError}
    assert site.caller.hears() == {site.phones["A1"].number}
    site.caller.hang_up()
    await site.pass_time(1)
    await asyncio.to_thread(postgresql_server.start)
    await healed(site)
    site.disk_patience = 60.0
    await site.until(lambda state: call not in state.calls)
    state, _ = await written(site)
    assert state == await site.state()
