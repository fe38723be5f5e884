"""A host that is closed: what is refused, what waits and goes first, what is answered from before."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from gateway_world import ACCOUNT, PAYEE, START, World, open_world
from intercepted import Around
from ledger_host import Fault, LedgerHost

from tellerline.adapters.clock import VirtualClock
from tellerline.connectors.host import Answer
from tellerline.gateway.doubt.policy import DoubtPolicy, NotFoundRule
from tellerline.gateway.hosts.policy import HostPolicy
from tellerline.gateway.journal.records import DoubtStage, LimitUsage, State
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import Request
from tellerline.routing.model.accounts import AccountKind, Balance, GetBalance, ReportLoss
from tellerline.routing.model.calendar import DatedWindow, HostCalendar, HostDay, StandIn
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Done, Fate, Rejected

ZONE = ZoneInfo("Asia/Shanghai")
STAND_INS = {"accounts.ReportLoss": StandIn.QUEUE, "accounts.GetBalance": StandIn.LAST_KNOWN}
OPENS = START + timedelta(hours=2)
BACK = "2026-03-02T14:00:00+08:00"
WALL = START.astimezone(ZONE).replace(tzinfo=None)
WINDOW = DatedWindow(start=WALL + timedelta(minutes=1), end=WALL + timedelta(hours=2))
LOSS = ReportLoss.operation
OTHER = "6217000011112222"
RESEND = DoubtPolicy(version="test/loss/1", not_found=NotFoundRule.RESEND)
POLICY = HostPolicy(
    day=HostDay(calendar=HostCalendar(zone=ZONE, dated=(WINDOW,)), stand_ins=STAND_INS),
    doubts={ReportLoss.operation: RESEND},
)
OWN_WORD = replace(POLICY, day=HostDay(stand_ins=STAND_INS))


def loss(world: World, serial: str = "", account: str = ACCOUNT) -> Request:
    return world.request(ReportLoss(account=account, kind=AccountKind.CARD), serial)


def balance(world: World, account: str = ACCOUNT) -> Request:
    return world.request(GetBalance(account=account))


async def refusal(world: World, request: Request) -> RefusalError:
    with pytest.raises(RefusalError) as refused:
        await world.ask(request)
    return refused.value


async def kinds(world: World, serial: str) -> list[str]:
    return [event.kind for event in await world.store.journal.history(serial)]


async def closed(world: World) -> None:
    """Into the window."""
    await world.pass_time(60, step=20)


async def opened(world: World) -> None:
    """Out of it, by the clock alone."""
    left = (OPENS - world.clock.now()).total_seconds()
    await world.pass_time(left - 1, step=600)
    await world.pass_time(2, step=0.5)


async def test_a_transfer_is_refused_with_the_time_the_host_is_back(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=POLICY) as world:
        await closed(world)
        request = world.transfer("T1")
        refused = await refusal(world, request)
        assert refused.code is Code.HOST_CLOSED_FOR_MAINTENANCE
        assert refused.metadata["back_at"] == BACK
        serial = refused.metadata["global_serial"]
        again = await refusal(world, request)
        assert (again.code, again.metadata["back_at"]) == (refused.code, BACK)
        record = await world.store.journal.get(serial)
        assert record is not None
        assert (record.state, record.code) == (State.NOT_SENT, Code.HOST_CLOSED_FOR_MAINTENANCE)
        assert await world.store.journal.limit_usage(ACCOUNT, "2026-03-02") == LimitUsage(total=0, count=0)
        [event] = await world.store.journal.history(serial)
        assert event.kind == "refused_while_closed"
        assert orjson.loads(event.detail)["back_at"] == BACK
        assert world.host.received == []


async def test_a_loss_report_waits_and_goes_before_anything_else(tmp_path: Path) -> None:
    """Also when a transfer comes in the very instant in which the host opens."""
    async with open_world(tmp_path, policy=POLICY) as world:
        await closed(world)
        settled = await world.ask(loss(world, "L1", PAYEE))
        assert (settled.state, settled.send_at) == (State.QUEUED, datetime.fromisoformat(BACK))
        assert await world.ask(loss(world, "L1", PAYEE)) == settled
        second = await world.ask(loss(world, "L2", OTHER))
        assert (await refusal(world, balance(world, PAYEE))).code is Code.ACCOUNT_REPORTED_LOST
        world.host.latency = 0.1
        world.clock.jump_to(OPENS)
        done = await world.ask(world.transfer())
        sent = [call.reference for _, call in world.host.received]
        assert sent == [settled.global_serial, second.global_serial, done.global_serial]
        record = await world.record(settled.global_serial)
        assert (record.state, record.accounting_date) == (State.DONE, "2026-03-02")
        assert await kinds(world, settled.global_serial) == ["queued", "sent_when_back"]
        figures = world.gateway.metrics.exposition()[0].decode()
        for kind in ("queued", "sent"):
            assert f'stand_ins_total{{host="core",kind="{kind}",operation="accounts.ReportLoss"}} 2.0' in figures


async def test_a_queue_that_the_host_does_not_take_keeps_the_others_out_at_once(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=POLICY) as world:
        await closed(world)
        settled = await world.ask(loss(world, "L1", PAYEE))
        world.host.fault_of = lambda _command, _call: Fault.NOT_SENT
        await opened(world)
        refused = await refusal(world, world.transfer())
        assert refused.metadata["reason"] == "queue_goes_first"
        assert world.host.effects == 0
        world.host.fault_of = lambda _command, _call: None
        await world.pass_time(20)
        assert (await world.record(settled.global_serial)).state is State.DONE
        assert await kinds(world, settled.global_serial) == ["queued", "still_waiting", "sent_when_back"]
        assert (await world.ask(world.transfer())).state is State.DONE


async def test_silence_makes_a_doubt_and_holds_up_nobody(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=POLICY) as world:
        await closed(world)
        settled = await world.ask(loss(world, "L1", PAYEE))
        world.host.fault_of = lambda command, _call: Fault.LOSE_REPLY if command.operation == LOSS else None
        await opened(world)
        await world.pass_time(6)
        assert (await world.ask(world.transfer())).state is State.DONE
        await world.pass_time(10)
        assert (await world.record(settled.global_serial)).state is State.DONE
        assert await kinds(world, settled.global_serial) == ["queued", "doubt_opened", "inquired"]


async def test_what_waits_outlives_the_gateway(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=POLICY) as world:
        await closed(world)
        settled = await world.ask(loss(world, "L1"))
        host, clock = world.host, world.clock
    async with open_world(tmp_path, host=host, clock=clock, policy=POLICY, seed=2) as again:
        assert await again.ask(loss(again, "L1")) == settled
        assert (await refusal(again, again.transfer())).code is Code.ACCOUNT_REPORTED_LOST
        await opened(again)
        assert (await again.record(settled.global_serial)).state is State.DONE
        assert host.lost == {ACCOUNT}


async def test_what_waits_for_a_host_that_is_connected_no_more_goes_to_people(tmp_path: Path) -> None:
    """Its account stays closed until they have decided."""
    pilot = LedgerHost(VirtualClock(START), name="core-v2")
    async with open_world(tmp_path, host=pilot, clock=pilot.clock, policy=POLICY) as world:
        await closed(world)
        settled = await world.ask(loss(world, "L1"))
        assert settled.state is State.QUEUED
    async with open_world(tmp_path, clock=world.clock, seed=2) as again:
        await again.pass_time(60)
        record = await again.record(settled.global_serial)
        assert (record.state, record.host) == (State.MANUAL, "core-v2")
        [doubt] = await again.store.journal.doubts()
        assert (doubt.stage, doubt.reason) == (DoubtStage.MANUAL, "host_not_connected")
        assert (await refusal(again, balance(again))).code is Code.ACCOUNT_REPORTED_LOST
        assert again.host.received == []
        told = [line for line in map(orjson.loads, again.logged().splitlines()) if line["event"] == "host_gone"]
    assert [(line["level"], line["serial"], line["host"]) for line in told] == [
        ("error", settled.global_serial, "core-v2")
    ]


async def test_a_gateway_that_comes_up_after_the_opening_sends_it_first_too(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=POLICY) as world:
        await closed(world)
        settled = await world.ask(loss(world, "L1"))
        host, clock = world.host, world.clock
    clock.jump_to(OPENS + timedelta(hours=1))
    async with open_world(tmp_path, host=host, clock=clock, policy=POLICY, seed=2) as again:
        await again.ask(again.request(GetBalance(account=PAYEE)))
        assert host.received[0][1].reference == settled.global_serial


async def test_the_last_known_balance_is_labelled(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=POLICY) as world:
        fresh = await world.ask(balance(world))
        assert not fresh.last_known
        await closed(world)
        old = await world.ask(balance(world))
        assert old.last_known
        assert isinstance(old.outcome, Done)
        assert isinstance(fresh.outcome, Done)
        assert old.outcome.result == fresh.outcome.result
        assert isinstance(old.outcome.result, Balance)
        assert datetime.fromisoformat(old.outcome.result.as_of) < START + timedelta(minutes=1)
        assert (await refusal(world, balance(world, PAYEE))).metadata["back_at"] == BACK
        assert await kinds(world, old.global_serial) == ["answered_last_known"]


async def test_a_last_known_balance_is_not_told_after_a_loss_report(tmp_path: Path) -> None:
    async with open_world(tmp_path, policy=POLICY) as world:
        await world.ask(balance(world))
        await world.ask(loss(world))
        await closed(world)
        assert (await refusal(world, balance(world))).code is Code.ACCOUNT_REPORTED_LOST


async def test_an_answer_that_a_loss_report_has_overtaken_is_not_kept(tmp_path: Path) -> None:
    asked, reported, answers, is_lost = (asyncio.Event() for _ in range(4))

    async def around(name: str, call: Any) -> Any:
        if name == "host.execute" and not asked.is_set():
            asked.set()
            await answers.wait()
        elif name == "host.execute" and not reported.is_set():
            reported.set()
            await is_lost.wait()
        return await call()

    async with open_world(tmp_path, policy=POLICY, around=around) as world:
        asking = asyncio.ensure_future(world.ask(balance(world)))
        await asked.wait()
        reporting = asyncio.ensure_future(world.ask(loss(world)))
        await reported.wait()
        answers.set()
        assert not (await asking).last_known
        assert await world.store.closed_hosts.recall(GetBalance.operation, ACCOUNT) is None
        is_lost.set()
        assert (await reporting).state is State.DONE


async def test_a_host_that_says_itself_that_it_is_closed_is_stood_in_for(tmp_path: Path) -> None:
    shut = [False]
    async with open_world(tmp_path, policy=OWN_WORD, around=_own_word(shut)) as world:
        await world.ask(balance(world))
        shut[0] = True
        assert (await world.ask(balance(world))).last_known
        settled = await world.ask(loss(world, "L1", PAYEE))
        assert (settled.state, settled.send_at) == (State.QUEUED, None)
        assert await world.ask(loss(world, "L1", PAYEE)) == settled
        assert (await refusal(world, world.transfer())).metadata["reason"] == "queue_goes_first"
        await world.pass_time(30)
        shut[0] = False
        await world.pass_time(20)
        assert (await world.record(settled.global_serial)).state is State.DONE
        assert await kinds(world, settled.global_serial) == ["queued", "still_waiting", "sent_when_back"]
        assert (await world.ask(world.transfer())).state is State.DONE
        assert not (await world.ask(balance(world))).last_known


async def test_a_clock_set_back_into_the_window_closes_the_host_again(tmp_path: Path) -> None:
    """Fault card 56 for calendars."""
    async with open_world(tmp_path, policy=POLICY) as world:
        world.clock.jump_to(OPENS + timedelta(minutes=30))
        assert (await world.ask(world.transfer())).state is State.DONE
        world.clock.jump_to(OPENS - timedelta(minutes=30))
        assert (await refusal(world, world.transfer())).metadata["back_at"] == BACK


def _own_word(shut: list[bool]) -> Around:
    async def around(name: str, call: Any) -> Any:
        if name == "host.execute" and shut[0]:
            return Answer(fate=Fate.REPLIED, outcome=Rejected(code=Code.HOST_CLOSED_FOR_MAINTENANCE, host_code="9002"))
        return await call()

    return around
