"""Callers who wait for an agent: they are told their place, are called back, leave a message."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flow_line import BY_FLOWS, Line, flow_line
from live_site import CALLER

from tellerline.callcenter.live.ivr_desk import STATE
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.words import CallEnd, Place
from tellerline.routing.calls.model import Step, StepKind
from tellerline.simulators.softswitch.phones import OnRing, Phone, PhoneState

OTHER = "13900139000"
STEPS = (
    Step(kind=StepKind.EXACT, until=20),
    Step(kind=StepKind.CALLBACK, until=40),
    Step(kind=StepKind.VOICEMAIL),
)
PERSONAL = replace(BY_FLOWS.plan.queues["personal"], steps=STEPS, told_every=10)
QUICK = replace(BY_FLOWS.plan, queues={**BY_FLOWS.plan.queues, "personal": PERSONAL})
SETTINGS = replace(BY_FLOWS, plan=QUICK, wrap_up=timedelta(seconds=5))


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with flow_line(tmp_path, settings=SETTINGS) as opened:
        yield opened


@pytest.fixture
def other(line: Line) -> Phone:
    return line.site.soft.outside(OTHER)


async def busy(line: Line) -> None:
    """The one agent on duty talks."""
    line.site.phones["A1"].on_ring = OnRing.ANSWERS
    await line.site.sign_in("A1")
    first = line.site.soft.outside("02155550001")
    await line.waits(first)
    await line.site.talking(first, line.site.phones["A1"])


async def kinds(line: Line, call: str) -> list[str]:
    page = await line.site.log.read(0, line.site.feed.last, limit=10_000)
    return [recorded.entry.kind for recorded in page if recorded.entry.call == call]


async def test_the_flow_that_led_into_the_queue_goes_on_there_and_no_other_is_begun(line: Line) -> None:
    call = await line.waits()
    await line.hears("wait-for-agent/you-are-next")
    await line.site.pass_time(35)
    call = await line.call_of(line.site.caller)
    assert call.flow == "wait-for-agent"
    waited = [node for node in call.record.nodes if "wait" in node]
    assert set(waited[:-1]) <= {"main-menu/wait-for-agent.wait", "wait-for-agent/wait"}
    assert waited[0] == "main-menu/wait-for-agent.wait"
    assert (await kinds(line, call.id)).count("QueueEntered") == 1
    state = json.loads(call.data[STATE])
    assert state["entered"] > 3, "the flow began anew"
    assert state["place"]["queue"] == "personal"


async def test_who_waits_hears_how_many_are_before_him_and_for_how_long_it_will_be(line: Line, other: Phone) -> None:
    await busy(line)
    await line.waits()
    await line.waits(other, "2")
    await line.hears("wait-for-agent/you-are-next")
    await line.hears("wait-for-agent/ahead-of-you", phone=other)
    assert other.language() == "en"
    await line.hears("wait-for-agent/expected-wait", phone=other)
    await line.hangs_up()
    await line.hears("wait-for-agent/you-are-next", phone=other)
    waiting = (await line.call_of(other)).waiting
    assert waiting is not None
    assert waiting.told is not None
    assert waiting.told.position == 1


async def test_what_was_told_is_measured_against_what_came_of_it(line: Line) -> None:
    await busy(line)
    call = await line.waits()
    await line.site.pass_time(20)
    await line.site.done(c.Release(actor="A1", call="main-1"))
    await line.site.talking(line.site.caller, line.site.phones["A1"])
    (measured,) = (await line.call_of(line.site.caller)).record.waits
    assert (measured.queue, measured.position) == ("personal", 1)
    assert measured.expected > 0
    assert 20 < measured.real < 40
    state = await line.site.state()
    assert state.wait_errors == {"personal": [(measured.expected, measured.real)]}
    assert "WaitMeasured" in await kinds(line, call.id)


async def test_who_would_wait_long_is_called_back_in_his_place(line: Line, other: Phone) -> None:
    await busy(line)
    for number in range(4):
        await line.waits(line.site.soft.outside(f"0215555100{number}"))
    await line.waits(other)
    await line.hears("wait-for-agent/for-callback", phone=other)
    await line.presses("1", other)
    await line.hears("wait-for-agent/your-place-is-kept", phone=other)
    await line.presses("1", other)
    await line.hears("wait-for-agent/we-will-call", phone=other)
    await line.until(lambda: other.state is PhoneState.IDLE)
    call = await line.call_of(other)
    assert (call.place, call.waiting and call.waiting.number) == (Place.CALLBACK, CALLER)


async def test_a_callback_rings_once_an_agent_holds_it(line: Line, other: Phone) -> None:
    call = await line.waits()
    await line.hears("wait-for-agent/for-callback")
    await line.presses("1")
    await line.presses("2")
    await line.presses(OTHER + "#")
    await line.hears("wait-for-agent/we-will-call")
    await line.hangs_up()
    call = await line.call_of(line.site.caller)
    assert (call.place, call.waiting and call.waiting.number) == (Place.CALLBACK, OTHER)
    other.on_ring = OnRing.RINGS
    await line.restart()
    await line.site.sign_in("A1")
    await line.until(lambda: other.state is PhoneState.RINGING)
    assert line.site.phones["A1"].state is PhoneState.TALKING, "the agent is there before the customer is called"
    other.answer()
    await line.site.talking(other, line.site.phones["A1"])
    assert (await line.site.state()).calls[call.id].agent == "A1"


async def test_who_asked_for_a_callback_and_is_still_there_is_served_at_once(line: Line) -> None:
    call = await line.waits()
    await line.hears("wait-for-agent/for-callback")
    await line.presses("11")
    await line.site.sign_in("A1")
    await line.site.talking(line.site.caller, line.site.phones["A1"])
    assert "CallbackKept" not in await kinds(line, call.id)


async def test_a_message_is_kept_until_the_hash_key(line: Line) -> None:
    call = await line.waits()
    await line.hears("wait-for-agent/for-voicemail")
    await line.presses("2")
    await line.hears("wait-for-agent/speak-now")
    await line.until(lambda: "prompt:sound:beep" in line.site.caller.hears())
    await line.site.pass_time(3)
    assert (await line.call_of(line.site.caller)).place is Place.IVR, "who leaves a message waits no longer"
    await line.presses("#")
    await line.hears("wait-for-agent/message-kept")
    await line.until(lambda: line.site.caller.state is PhoneState.IDLE)
    ended = (await line.site.state()).ended[call.id]
    ((recording, box),) = ended.record.messages.items()
    assert (box, ended.end) == ("personal", CallEnd.NORMAL)
    assert recording in ended.record.recordings
    assert (await kinds(line, call.id)).count("RecordingEnded") == 1


@pytest.mark.parametrize("ends", ["silence", "hanging up", "time"])
async def test_a_message_ends_otherwise_too(line: Line, ends: str) -> None:
    await line.waits()
    await line.hears("wait-for-agent/for-voicemail")
    await line.presses("2")
    await line.hears("wait-for-agent/speak-now")
    await line.until(lambda: "prompt:sound:beep" in line.site.caller.hears())
    if ends == "hanging up":
        await line.hangs_up()
    else:
        if ends == "silence":
            line.site.caller.speak(False)
        await line.hears("wait-for-agent/message-kept", within=15 if ends == "silence" else 130)
    await line.until(lambda: line.site.caller.state is PhoneState.IDLE)
    (call,) = (await line.site.state()).ended.values()
    assert list(call.record.messages.values()) == ["personal"]


async def test_who_is_put_into_a_queue_by_an_agent_hears_his_place_too(line: Line) -> None:
    await busy(line)
    await line.site.done(c.TransferToQueue(actor="A1", call="main-1", queue="loans"))
    await line.hears("wait-for-agent/you-are-next", phone=line.site.soft.outside("02155550001"))


async def test_another_controller_goes_on_where_the_caller_waits(line: Line) -> None:
    await line.waits()
    await line.hears("wait-for-agent/you-are-next")
    await line.site.pass_time(5)
    await line.restart()
    await line.hears("wait-for-agent/you-are-next")
    assert isinstance((await line.site.state()).queues["personal"].entered, float)
    assert f.WaitEstimated.__name__ in await kinds(line, "main-1")
