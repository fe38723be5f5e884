"""What flows want beside prompts: callers handed over outside, entries for the record, alerts; and flows that fail."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from flow_line import BY_FLOWS, FLOWS, HonestBank, Line, flow_line
from live_site import SETTINGS

from tellerline.callcenter.ivr import actions, inputs
from tellerline.callcenter.ivr.flow import Prompt
from tellerline.callcenter.ivr.library import Flows, read_flows
from tellerline.callcenter.live.ivr_desk import STATE
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.words import CallEnd, Place
from tellerline.simulators.softswitch.phones import OnRing, Phone, PhoneState

OUTSIDE = "02155551111"
PAYEE = "6228480012345678901"
HANDING_OVER = f"""
version = 1
title = {{ zh = "转接", en = "handing over" }}
start = "over"
too_long = "bye"

[nodes.over]
kind = "transfer"
prompts = ["moment"]
to = "{OUTSIDE}"
failed = "bye"

[nodes.bye]
kind = "hang_up"
prompts = ["nobody"]

[prompts.moment]
zh = "请稍候。"
en = "One moment."

[prompts.nobody]
zh = "无人接听。"
en = "Nobody answers."
"""


def flows(**texts: str) -> Flows:
    return read_flows({Path(f"{name.replace('_', '-')}.toml"): text for name, text in texts.items()})


@pytest.fixture
async def handed(tmp_path: Path) -> AsyncIterator[Line]:
    settings = replace(SETTINGS, entry_flow="over")
    async with flow_line(tmp_path, flows(over=HANDING_OVER), settings) as line:
        yield line


def outside(line: Line, on_ring: OnRing) -> Phone:
    phone = line.site.soft.outside(OUTSIDE)
    phone.on_ring = on_ring
    return phone


async def facts(line: Line, kind: str) -> list[Mapping[str, object]]:
    page = await line.site.log.read(0, line.site.feed.last, limit=10_000)
    return [json.loads(recorded.entry.body) for recorded in page if recorded.entry.kind == kind]


async def test_a_flow_hands_its_caller_over_outside(handed: Line) -> None:
    there = outside(handed, OnRing.ANSWERS)
    handed.site.caller.call("95588")
    await handed.hears("over/moment")
    await handed.site.talking(handed.site.caller, there)
    call = await handed.call_of(handed.site.caller)
    assert (call.place, call.flow, call.outside) == (Place.OUTSIDE, "", "")
    there.hang_up()
    await handed.until(lambda: handed.site.caller.state is PhoneState.IDLE)


async def test_a_caller_whom_nobody_answers_outside_is_back_in_his_flow(handed: Line) -> None:
    there = outside(handed, OnRing.RINGS)
    handed.site.caller.call("95588")
    await handed.until(lambda: there.state is PhoneState.RINGING)
    assert handed.site.caller.hears() == {"music"}
    there.reject()
    await handed.hears("over/nobody")
    await handed.until(lambda: handed.site.caller.state is PhoneState.IDLE)


async def test_a_caller_who_gives_up_leaves_nothing_ringing(handed: Line) -> None:
    there = outside(handed, OnRing.RINGS)
    handed.site.caller.call("95588")
    await handed.until(lambda: there.state is PhoneState.RINGING)
    await handed.hangs_up()
    assert there.state is PhoneState.IDLE


async def test_a_controller_that_comes_back_still_hands_over(handed: Line) -> None:
    there = outside(handed, OnRing.RINGS)
    handed.site.caller.call("95588")
    await handed.until(lambda: there.state is PhoneState.RINGING)
    await handed.restart()
    there.answer()
    await handed.site.talking(handed.site.caller, there)


async def test_the_score_goes_into_the_call_record_and_the_agent_still_completes_it(tmp_path: Path) -> None:
    settings = replace(BY_FLOWS, closing_flow="satisfaction")
    async with flow_line(tmp_path, settings=settings) as line:
        await line.site.sign_in("A1")
        call = await line.waits(language="2")
        await line.site.talking(line.site.caller, line.site.phones["A1"])
        await line.site.done(c.Release(actor="A1", call=call.id))
        await line.hears("satisfaction/how-was-it")
        assert line.site.caller.language() == "en", "the language that he chose stays with the call"
        await line.presses("2")
        await line.until(lambda: line.site.caller.state is PhoneState.IDLE)
        await line.site.done(c.CompleteRecord(actor="A1", call=call.id, entries={"kind": "rates"}))
        record = (await line.site.state()).ended[call.id].record
        assert record.entries == {"score": "4", "kind": "rates"}
        assert [(each.by, each.of_flow) for each in record.history] == [("satisfaction", True), ("A1", False)]


class SilentBank(HonestBank):
    """Nobody knows what it did with a balance."""

    async def perform(self, call: actions.Call) -> inputs.Outcome:
        answer = await super().perform(call)
        return inputs.Unknown("serial-1") if call.operation == "get_balance" else answer


async def asks_for_balance(line: Line) -> None:
    line.site.caller.call("95588")
    await line.hears("main-menu/choose-language")
    await line.presses("11")
    for _ in range(40):
        call = await line.call_of(line.site.caller)
        if "get_balance" in {asked.operation for asked in line.bank.asked}:
            return
        await line.presses("246810" if call.legs[call.customer].collection else "1#")
        await line.site.pass_time(1)


async def test_an_operator_is_alerted_when_the_bank_does_not_do_what_it_should(tmp_path: Path) -> None:
    async with flow_line(tmp_path) as line:
        line.bank = SilentBank()
        await asks_for_balance(line)
        await line.hears("prompts/upgrading")
        (alert,) = await facts(line, "OperatorAlerted")
    assert (alert["operation"], alert["code"], alert["reference"]) == ("get_balance", "UNKNOWN", "serial-1")
    assert alert["call"] == "main-1"


async def test_balances_are_not_written_down(tmp_path: Path) -> None:
    async with flow_line(tmp_path) as line:
        await asks_for_balance(line)
        await line.site.pass_time(2)
        written = await line.written()
    assert b"20.50" not in written
    assert STATE.encode() in written


async def test_a_payees_number_is_never_written_down_and_asked_for_again(tmp_path: Path) -> None:
    """As soon as another controller has the caller, who keeps the account that he chose."""
    async with flow_line(tmp_path) as line:
        line.site.caller.call("95588")
        await line.hears("main-menu/choose-language")
        await line.presses("13")
        for _ in range(60):
            call = await line.call_of(line.site.caller)
            if call.node.startswith("transfer.payee"):
                break
            keys = {"transfer.whom": "2"}.get(call.node, "1#")
            await line.presses("246810" if call.legs[call.customer].collection else keys)
            await line.site.pass_time(1)
        await line.presses(PAYEE + "#")
        await line.presses("100#")
        await line.hears("transfer/confirm-payee")
        assert PAYEE.encode() not in await line.written()
        assert b"CNY 100" not in await line.written()
        await line.restart()
        await line.hears("transfer/to-whom")
        await line.presses("2")
        await line.hears("transfer/type-payee")


class DeafFlows(Flows):
    """Flows with a defect: a balance cannot be said."""

    def prompt(self, flow: str, name: str) -> Prompt:
        if flow == "main-menu" and name == "for-balance":
            raise KeyError("a defect")
        return super().prompt(flow, name)


@pytest.mark.parametrize("queue", ["personal", ""])
async def test_nobody_is_left_in_silence_by_a_flow_that_fails(tmp_path: Path, queue: str) -> None:
    broken = DeafFlows(flows=FLOWS.flows, shared=FLOWS.shared)
    async with flow_line(tmp_path, broken, replace(BY_FLOWS, rescue_queue=queue)) as line:
        await line.site.sign_in("A1")
        line.site.caller.call("95588")
        await line.hears("main-menu/choose-language")
        await line.presses("1")
        await line.hears("prompts/apology")
        assert [failed["flow"] for failed in await facts(line, "FlowFailed")] == []
        if queue:
            await line.site.talking(line.site.caller, line.site.phones["A1"])
        else:
            await line.until(lambda: line.site.caller.state is PhoneState.IDLE)
            (call,) = (await line.site.state()).ended.values()
            assert call.end is CallEnd.NORMAL
        assert [failed["flow"] for failed in await facts(line, "FlowFailed")] == ["main-menu"]


async def test_a_queue_that_the_plan_does_not_know_counts_as_closed(tmp_path: Path) -> None:
    plan = replace(BY_FLOWS.plan, queues={"loans": BY_FLOWS.plan.queues["loans"]})
    async with flow_line(tmp_path, settings=replace(BY_FLOWS, plan=plan)) as line:
        await line.waits()
        await line.hears("after-hours/closed")


async def test_at_night_a_callback_is_taken_without_waiting(tmp_path: Path) -> None:
    async with flow_line(tmp_path) as line:
        line.period = "night"
        await line.waits()
        await line.hears("after-hours/closed")
        await line.presses("3")
        await line.hears("after-hours/type-number")
        await line.presses(OUTSIDE + "#")
        await line.hears("after-hours/we-will-call")
        await line.until(lambda: line.site.caller.state is PhoneState.IDLE)
        (call,) = (await line.site.state()).calls.values()
        assert (call.place, call.waiting and call.waiting.number) == (Place.CALLBACK, OUTSIDE)


async def test_the_period_is_settled_once_for_the_whole_call(tmp_path: Path) -> None:
    async with flow_line(tmp_path) as line:
        line.site.caller.call("95588")
        await line.hears("main-menu/choose-language")
        line.period = "night"
        await line.presses("1")
        await line.restart()
        await line.hears("main-menu/for-agent")
        known = (await line.call_of(line.site.caller)).known
        assert known == {"language": "zh", "tier": "standard", "period": "day", "region": ""}
        (first, *_) = await facts(line, "CallerKnown")
        assert first["known"] == known
