"""The access policy into force: at the start, on request, and after another gateway has done so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hand_clock import HandClock
from journal_stores import sqlite_stores

from tellerline.adapters.telemetry import LogWriter, Metrics, make_log
from tellerline.gateway.access.desk import HISTORY, PolicyDesk
from tellerline.gateway.access.policy import ChannelDirectory, ChannelPolicy
from tellerline.gateway.access.policy_file import load_policy
from tellerline.gateway.journal.port import RoutingHistory
from tellerline.gateway.journal.records import RoutingChange, RoutingVerdict
from tellerline.gateway.refusal import RefusalError

SHUT = "p, *, clerk, accounts.GetBalance, grant, allow,\ng, -, clerk, COUNTER\n"
OPEN = f"p, *, *, fx.GetRate, open, allow, published\n{SHUT}"
OPENER = f"p, *, *, fx.*, open, allow, published\n{SHUT}"
MISTAKE = "p, *, king, accounts.*, grant, allow,\n"
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SWEEP = 5.0


@pytest.fixture
async def history(tmp_path: Path) -> AsyncIterator[RoutingHistory]:
    async with sqlite_stores(tmp_path) as [store]:
        yield store.routing


@pytest.fixture
async def gateways(tmp_path: Path, history: RoutingHistory) -> AsyncIterator[Callable[..., PolicyDesk]]:
    """Makes desks of gateways, each with a file of its own, on one database."""
    made: list[PolicyDesk] = []

    def make(name: str, content: str) -> PolicyDesk:
        file, clock = tmp_path / f"{name}.csv", HandClock(START)
        file.write_text(content, encoding="utf-8")
        desk = PolicyDesk(
            directory=ChannelDirectory({"COUNTER": ChannelPolicy()}, load_policy(file)),
            history=history,
            file=file,
            instance=name,
            sweep_seconds=SWEEP,
            clock=clock,
            metrics=Metrics(),
            log=make_log(clock, LogWriter(2), level="error"),
        )
        made.append(desk)
        return desk

    yield make
    for desk in made:
        await desk.close()


def is_open(desk: PolicyDesk, operation: str = "fx.GetRate") -> bool:
    try:
        return not desk.directory.rights("COUNTER", "").needs_grant(operation)
    except RefusalError:
        return False


def rewrite(desk: PolicyDesk, content: str) -> None:
    assert desk.file is not None
    desk.file.write_text(content, encoding="utf-8")


async def sweep(desk: PolicyDesk) -> None:
    """Let it look once for what others have put into force."""
    clock = desk.clock
    assert isinstance(clock, HandClock)
    await clock.advance(SWEEP)
    await clock.awaited(SWEEP)


async def test_a_reload_holds_at_once_and_is_kept_with_who_asked(
    gateways: Callable[..., PolicyDesk], history: RoutingHistory
) -> None:
    desk = gateways("one", SHUT)
    await desk.start()
    assert not is_open(desk)
    rewrite(desk, OPEN)
    assert not is_open(desk)
    change = await desk.reload("O9001")
    assert is_open(desk)
    assert (change.verdict, change.operator, change.content) == (RoutingVerdict.IN_FORCE, "O9001", OPEN)
    assert [each.operator for each in await desk.changes()] == ["O9001", "start"]
    assert not await history.newest(9)


async def test_a_file_with_a_mistake_leaves_the_policy_as_it_was(gateways: Callable[..., PolicyDesk]) -> None:
    desk = gateways("one", OPEN)
    await desk.start()
    rewrite(desk, MISTAKE)
    change = await desk.reload("O9001")
    assert (change.verdict, change.content) == (RoutingVerdict.REFUSED, "")
    assert "nobody has the role 'king'" in change.reason
    assert desk.file is not None
    desk.file.unlink()
    assert (await desk.reload("O9001")).verdict is RoutingVerdict.REFUSED
    assert is_open(desk)


async def test_the_other_gateway_follows_and_goes_on_following(gateways: Callable[..., PolicyDesk]) -> None:
    one, other = gateways("one", SHUT), gateways("other", SHUT)
    await one.start()
    await other.start()
    for content, operation in ((OPEN, "fx.GetRate"), (OPENER, "fx.ListRates")):
        rewrite(one, content)
        await one.reload("O9001")
        assert not is_open(other, operation)
        await sweep(other)
        assert is_open(other, operation)
    assert other.policy.content == OPENER
    rewrite(one, SHUT)
    await one.reload("O9001")
    await sweep(other)
    assert not is_open(other)


async def test_what_another_version_of_the_product_put_into_force_is_not_followed_and_the_next_is(
    gateways: Callable[..., PolicyDesk], history: RoutingHistory
) -> None:
    one, other = gateways("one", OPEN), gateways("other", OPEN)
    await one.start()
    await other.start()
    strange = RoutingChange(
        host=HISTORY,
        at=START,
        instance="newer",
        operator="O9001",
        verdict=RoutingVerdict.IN_FORCE,
        version="strange",
        digest="strange",
        reason="",
        content="p9, something, new\n",
    )
    await history.add(strange)
    for _ in range(3):
        await sweep(other)
        assert other.policy.content == OPEN
    rewrite(one, SHUT)
    await one.reload("O9001")
    await sweep(other)
    assert not is_open(other)


async def test_a_gateway_that_starts_again_with_what_is_in_force_says_nothing(
    gateways: Callable[..., PolicyDesk],
) -> None:
    one = gateways("one", OPEN)
    await one.start()
    again = gateways("again", OPEN)
    await again.start()
    assert len(await again.changes()) == 1


async def test_a_gateway_that_starts_with_a_policy_that_was_replaced_says_so(
    gateways: Callable[..., PolicyDesk],
) -> None:
    one = gateways("one", OPEN)
    await one.start()
    rewrite(one, SHUT)
    replaced = await one.reload("O9001")
    again = gateways("again", OPEN)
    await again.start()
    change, *_ = await again.changes()
    assert (change.operator, change.verdict) == ("start", RoutingVerdict.IN_FORCE)
    assert (
        change.reason
        == f"older: it was change {replaced.number - 1}, and change {replaced.number} has replaced it since"
    )
    new = gateways("new", OPENER)
    await new.start()
    assert (await new.changes())[0].reason == ""


async def test_a_slip_in_the_name_of_an_operation_does_not_come_into_force(
    gateways: Callable[..., PolicyDesk],
) -> None:
    desk = gateways("one", OPEN)
    await desk.start()
    rewrite(desk, f"p, *, *, fx.GetRates, grant, deny,\n{OPEN}")
    change = await desk.reload("O9001")
    assert change.verdict is RoutingVerdict.REFUSED
    assert change.reason.endswith("one.csv:1: no operation is 'fx.GetRates', or like it")


async def test_without_a_file_there_is_nothing_to_reload(gateways: Callable[..., PolicyDesk]) -> None:
    desk = gateways("one", OPEN)
    desk.file = None
    await desk.start()
    assert (await desk.reload("O9001")).verdict is RoutingVerdict.REFUSED
    assert is_open(desk)


async def test_who_asks_while_it_changes_is_answered_by_one_policy(gateways: Callable[..., PolicyDesk]) -> None:
    desk = gateways("one", SHUT)
    await desk.start()
    before = desk.directory.rights("COUNTER", "")
    rewrite(desk, OPENER)
    await asyncio.gather(*(desk.reload(f"O{number}") for number in range(4)))
    with pytest.raises(RefusalError):
        before.needs_grant("fx.GetRate")
    assert is_open(desk)
    numbers = [each.number for each in await desk.changes()]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 5
