"""Every key of the telephony bar 话务条, pressed as an agent's program does, on real telephones: who hears whom.

Everybody speaks in a tone of his own without a pause, so what a telephone hears tells who is heard by it, and who is
not. Offers do not ring here: only the bar's answer 摘机 lets an agent's telephone pick up.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import grpc.aio
import numpy as np
import pytest
import pytest_asyncio
from asterisk_centre import MUSIC, PIN_PROMPT, PROMPT, AsteriskCentre, asterisk_centre, centre_server
from bar_desk import A1, A2, CALLER, L1, NOBODY, OUTSIDE, STAFF, Desk, Step
from bar_keys import bar_keys
from bar_recordings import downloaded, recorded, recording_file, voices_in
from dtmf_ear import keys_in
from google.protobuf.json_format import MessageToDict
from hostile_messages import reason_of

from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.simulators.population import PIN
from tellerline.simulators.servers.fixtures import or_skip

_TALK = ("BecomeReady", "AcceptReservation")
_CALLS = 3
STEPS: dict[str, tuple[Step, frozenset[str]]] = {}
"""By name, with the keys that are pressed."""


def presses(*keys: str) -> Callable[[Step], Step]:
    """A step in which these keys are pressed, and no others."""

    def listed(step: Step) -> Step:
        STEPS[step.__name__] = step, frozenset(keys)
        return step

    return listed


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def centre(tone_prompts: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsteriskCentre]:
    settings = {"ring_on_offer": False, "wrap_up": 60, "closing_flow": "satisfaction"}
    with or_skip(), centre_server(tone_prompts, STAFF) as server:
        async with asterisk_centre(tmp_path_factory.mktemp("centre"), server, STAFF, settings=settings) as opened:
            yield opened


@presses("SignIn", "BecomeReady", "BecomeNotReady", "AcceptReservation", "FinishWork", "SignOut")
async def sign_in_ready_not_ready_sign_out(desk: Desk) -> None:
    await desk.own("SignOut", "A1")
    await desk.ring_up()
    await desk.hears(caller={MUSIC})
    await desk.bar.press("SignIn", "A1", telephone=A1)
    assert (await desk.centre.agent("A1")).state == agents.AGENT_STATE_NOT_READY
    await desk.hears(caller={MUSIC}, A1=NOBODY)
    await desk.ready("A1")
    await desk.answer("A1")
    await desk.hears(caller={A1}, A1={CALLER})
    await desk.own("BecomeNotReady", "A1", cause="LUNCH")
    await desk.hears(caller={A1}, A1={CALLER})
    await desk.hangs_up()
    await desk.in_state("A1", agents.AGENT_STATE_WORKING_AFTER_CALL)
    await desk.own("FinishWork", "A1")
    await desk.in_state("A1", agents.AGENT_STATE_NOT_READY, "LUNCH")
    await desk.off_the_line("A1")
    await desk.ring_up()
    await desk.hears(caller={MUSIC}, A1=NOBODY)
    left = await desk.own("SignOut", "A1")
    assert (left.day_figures.call_count, left.agent.state) == (1, agents.AGENT_STATE_NULL)


@presses("BecomeReady", "RejectReservation", "AcceptReservation", "FinishWork")
async def answer_reject_and_finish_the_work(desk: Desk) -> None:
    await desk.ready("A1")
    await desk.ring_up()
    await desk.own("RejectReservation", "A1", reservation=await desk.offered("A1"))
    await desk.in_state("A1", agents.AGENT_STATE_NOT_READY, "REJECT")
    await desk.hears(caller={MUSIC}, A1=NOBODY, A2=NOBODY)
    await desk.ready("A2")
    offer = await desk.offered("A2")
    await desk.hears(caller={MUSIC}, A2=NOBODY)
    await desk.own("AcceptReservation", "A2", reservation=offer)
    await desk.hears(caller={A2}, A2={CALLER}, A1=NOBODY)
    await desk.hangs_up()
    await desk.in_state("A2", agents.AGENT_STATE_WORKING_AFTER_CALL)
    await desk.own("FinishWork", "A2")
    await desk.in_state("A2", agents.AGENT_STATE_READY)


@presses("GetAgent", "ListAgents", "GetCall", "ListCalls", "GetScreenPop", "ListCallEvents", "WatchEvents", *_TALK)
async def see_who_talks(desk: Desk) -> None:
    """What the bar shows is what the telephones do."""
    await desk.talk()
    name = desk.call
    call = await desk.bar.press("GetCall", "A1", name=name)
    assert (call.place, list(call.agents)) == (calls.PLACE_TALK, ["agents/A1"])
    assert list((await desk.bar.press("ListCalls", "A1")).calls) == [call]
    screen = await desk.bar.press("GetScreenPop", "A1", name=name)
    assert (screen.call, list(screen.accounts)) == (name, [])
    agent = await desk.bar.press("GetAgent", "L1", name="agents/A1")
    assert (agent.state, agent.call) == (agents.AGENT_STATE_BUSY, name)
    assert len((await desk.bar.press("ListAgents", "L1")).agents) == 3
    written = await desk.bar.press("ListCallEvents", "A1", parent=name)
    watching = await desk.bar.press("WatchEvents", "A1", call=name, resume_token="begin")
    kinds = [(await watching.read()).kind for _ in written.events]
    watching.cancel()
    assert kinds == [event.kind for event in written.events]
    assert "AgentJoined" in kinds
    await desk.hears(caller={A1}, A1={CALLER})


@presses("CallOut", "Release")
async def call_out_and_release(desk: Desk) -> None:
    outside = desk.centre.phones[OUTSIDE]
    desk.call = "calls/out-1"
    await desk.press("CallOut", "A1", number=OUTSIDE)
    await desk.hears(A1={OUTSIDE}, outside={A1})
    assert outside.connected
    await desk.press("Release", "A1")
    await desk.off_the_line("outside", "A1")


@presses("Release", *_TALK)
async def release_leaves_the_caller_with_the_closing_flow(desk: Desk) -> None:
    await desk.talk()
    await desk.press("Release", "A1")
    await desk.hears(caller={PROMPT}, A1=NOBODY)
    await desk.off_the_line("A1")


@presses("Hold", "Resume", *_TALK)
async def hold_and_resume(desk: Desk) -> None:
    await desk.talk()
    await desk.press("Hold", "A1")
    await desk.hears(caller={MUSIC}, A1=NOBODY)
    await desk.press("Resume", "A1")
    await desk.hears(caller={A1}, A1={CALLER})


@presses("TransferToIvr", "Supervise.SUPERVISION_SILENT", "GetCallGrant", "WatchEvents", *_TALK)
async def to_the_ivr_for_a_pin_and_back(desk: Desk) -> None:
    """The agent hears music and sees no digit; his leader hears what he does, and him; then the same two talk.

    Asterisk sometimes takes every key of a call for two, which makes a wrong number of a right one: call again.
    """
    for _ in range(_CALLS):
        if await _verified(desk):
            return
        await desk.end()
        await desk.begin()
    raise AssertionError("no PIN was right")


async def _verified(desk: Desk) -> bool:
    """Whether the caller's PIN was taken; all else holds in any case."""
    await desk.talk()
    caller, agent, leader = (desk.centre.phones[who] for who in (CALLER, "A1", "L1"))
    await desk.supervise(calls.SUPERVISION_SILENT)
    await desk.hears(L1={A1, CALLER}, caller={A1})
    feed = await desk.bar.press("WatchEvents", "A1")
    agent.tape, leader.tape = bytearray(), bytearray()
    await desk.press("TransferToIvr", "A1", flow="agent-pin", returns=True)
    await desk.hears(caller=NOBODY, A1={MUSIC}, L1={A1, MUSIC})
    assert not (await desk.bar.press("GetCallGrant", "A1", name=desk.call)).token
    assert desk.centre.system.population is not None
    person = desk.centre.system.population.people[0]
    await caller.press(f"{person.customer.number}#")
    await desk.hears(caller={PIN_PROMPT}, A1={MUSIC}, L1={A1, MUSIC})
    await caller.press(PIN[:3])
    await desk.hears(A1={MUSIC}, L1={A1, MUSIC})
    await caller.press(PIN[3:])
    await desk.hears(caller={A1}, A1={CALLER}, L1={A1, CALLER})
    kinds, verified = await _seen_while_typing(feed)
    assert set(kinds) <= {"PromptsStarted", "PromptsEnded"}
    for phone in (agent, leader):
        assert phone.keys_heard == ""
        assert keys_in(np.frombuffer(bytes(phone.tape or b""), "<i2").astype(float)) == ""
    grant = await desk.bar.press("GetCallGrant", "A1", name=desk.call)
    assert grant.customer == (f"customers/{person.customer.number}" if verified else "")
    assert bool(grant.token) is verified
    return verified


async def _seen_while_typing(feed: Any) -> tuple[list[str], bool]:
    """What an agent's program was told between the question for a PIN and its end; and whether the PIN was right."""
    seen: list[tuple[str, str]] = []
    while not seen or seen[-1][0] != "IvrReturned":
        event = await feed.read()
        seen.append((event.kind, json.dumps(MessageToDict(event.details))))
    assert not any(PIN in details for _, details in seen)
    kinds = [kind for kind, _ in seen]
    return kinds[kinds.index("SecretAsked") + 1 : kinds.index("SecretTaken")], '"verified"' in seen[-1][1]


@presses("TransferToIvr", *_TALK)
async def to_the_ivr_for_good(desk: Desk) -> None:
    await desk.talk()
    await desk.press("TransferToIvr", "A1", flow="satisfaction")
    await desk.hears(caller={PROMPT}, A1=NOBODY)
    await desk.off_the_line("A1")


@presses("Consult.PURPOSE_TRANSFER", *_TALK)
async def transfer_to_an_agent(desk: Desk) -> None:
    """The caller hears music until the other answers."""
    await desk.talk()
    await desk.consult(calls.PURPOSE_TRANSFER)
    await desk.hears(caller={MUSIC}, A1=NOBODY, A2=NOBODY)
    await desk.answer("A2")
    await desk.hears(caller={A2}, A2={CALLER}, A1=NOBODY)
    await desk.off_the_line("A1")


@presses("TransferToQueue", *_TALK)
async def transfer_to_a_queue(desk: Desk) -> None:
    await desk.talk()
    await desk.press("TransferToQueue", "A1", queue="queues/personal")
    await desk.hears(caller={MUSIC}, A1=NOBODY)
    await desk.off_the_line("A1")
    await desk.ready("A2")
    await desk.answer("A2")
    await desk.hears(caller={A2}, A2={CALLER}, A1=NOBODY)


@presses("Consult.PURPOSE_TRANSFER", *_TALK)
async def transfer_outside(desk: Desk) -> None:
    await desk.talk()
    await desk.press("Consult", "A1", purpose=calls.PURPOSE_TRANSFER, number=OUTSIDE)
    await desk.hears(caller={OUTSIDE}, outside={CALLER}, A1=NOBODY)
    await desk.off_the_line("A1")


@presses("Consult.PURPOSE_HELP", "EndConsult", *_TALK)
async def internal_help(desk: Desk) -> None:
    await desk.talk()
    await desk.consult(calls.PURPOSE_HELP)
    await desk.answer("A2")
    await desk.hears(caller={MUSIC}, A1={A2}, A2={A1})
    await desk.press("EndConsult", "A1")
    await desk.hears(caller={A1}, A1={CALLER}, A2=NOBODY)
    await desk.off_the_line("A2")


@presses("Consult.PURPOSE_HELP", "EndConsult", *_TALK)
async def external_help(desk: Desk) -> None:
    await desk.talk()
    await desk.press("Consult", "A1", purpose=calls.PURPOSE_HELP, number=OUTSIDE)
    await desk.hears(caller={MUSIC}, A1={OUTSIDE}, outside={A1})
    await desk.press("EndConsult", "A1")
    await desk.hears(caller={A1}, A1={CALLER}, outside=NOBODY)
    await desk.off_the_line("outside")


@presses("Consult.PURPOSE_HELP", "CompleteTransfer", *_TALK)
async def help_that_ends_in_a_transfer(desk: Desk) -> None:
    await desk.talk()
    await desk.consult(calls.PURPOSE_HELP)
    await desk.answer("A2")
    await desk.hears(caller={MUSIC}, A1={A2}, A2={A1})
    await desk.press("CompleteTransfer", "A1")
    await desk.hears(caller={A2}, A2={CALLER}, A1=NOBODY)
    await desk.off_the_line("A1")


@presses("Consult.PURPOSE_CONFERENCE", *_TALK)
async def internal_conference(desk: Desk) -> None:
    await desk.talk()
    await desk.consult(calls.PURPOSE_CONFERENCE)
    await desk.hears(caller={MUSIC}, A1=NOBODY)
    await desk.answer("A2")
    await desk.hears(caller={A1, A2}, A1={CALLER, A2}, A2={CALLER, A1})


@presses("Consult.PURPOSE_CONFERENCE", *_TALK)
async def external_conference(desk: Desk) -> None:
    await desk.talk()
    await desk.press("Consult", "A1", purpose=calls.PURPOSE_CONFERENCE, number=OUTSIDE)
    await desk.hears(caller={A1, OUTSIDE}, A1={CALLER, OUTSIDE}, outside={CALLER, A1})


@presses("Consult.PURPOSE_HELP", "Confer", *_TALK)
async def help_that_becomes_a_conference(desk: Desk) -> None:
    await desk.talk()
    await desk.press("Consult", "A1", purpose=calls.PURPOSE_HELP, number=OUTSIDE)
    await desk.hears(caller={MUSIC}, A1={OUTSIDE}, outside={A1})
    await desk.press("Confer", "A1")
    await desk.hears(caller={A1, OUTSIDE}, A1={CALLER, OUTSIDE}, outside={CALLER, A1})


@presses(
    "ForceAgent.TARGET_READY",
    "ForceAgent.TARGET_NOT_READY",
    "ForceAgent.TARGET_SIGN_OUT",
    "AcceptReservation",
    "FinishWork",
)
async def forced_states(desk: Desk) -> None:
    """A call is finished first: whoever is forced away during it is heard until it ends."""
    await desk.ring_up()
    await desk.hears(caller={MUSIC}, A1=NOBODY)
    await desk.force(agents.TARGET_READY)
    await desk.answer("A1")
    await desk.hears(caller={A1}, A1={CALLER})
    await desk.force(agents.TARGET_NOT_READY, cause="MEETING")
    await desk.hears(caller={A1}, A1={CALLER})
    await desk.hangs_up()
    await desk.in_state("A1", agents.AGENT_STATE_WORKING_AFTER_CALL)
    await desk.own("FinishWork", "A1")
    await desk.in_state("A1", agents.AGENT_STATE_NOT_READY, "MEETING")
    await desk.off_the_line("A1")
    await desk.ring_up()
    await desk.hears(caller={MUSIC}, A1=NOBODY)
    await desk.force(agents.TARGET_READY)
    await desk.answer("A1")
    await desk.hears(caller={A1}, A1={CALLER})
    await desk.force(agents.TARGET_SIGN_OUT)
    await desk.hears(caller={A1}, A1={CALLER})
    await desk.hangs_up()
    await desk.in_state("A1", agents.AGENT_STATE_WORKING_AFTER_CALL)
    await desk.force(agents.TARGET_SIGN_OUT, hard=True)
    await desk.in_state("A1", agents.AGENT_STATE_NULL)


@presses(
    "Supervise.SUPERVISION_SILENT",
    "Supervise.SUPERVISION_WHISPER",
    "Supervise.SUPERVISION_BARGE_IN",
    "StopSupervising",
    *_TALK,
)
async def silent_monitor_whisper_barge_in(desk: Desk) -> None:
    await desk.talk()
    await desk.supervise(calls.SUPERVISION_SILENT)
    await desk.hears(L1={A1, CALLER}, A1={CALLER}, caller={A1})
    await desk.press("Supervise", "L1", agent="agents/A1", supervision=calls.SUPERVISION_WHISPER)
    await desk.hears(L1={A1, CALLER}, A1={CALLER, L1}, caller={A1})
    await desk.press("Supervise", "L1", agent="agents/A1", supervision=calls.SUPERVISION_BARGE_IN)
    await desk.hears(L1={A1, CALLER}, A1={CALLER, L1}, caller={A1, L1})
    await desk.press("StopSupervising", "L1")
    await desk.hears(L1=NOBODY, A1={CALLER}, caller={A1})
    await desk.off_the_line("L1")


@presses("Supervise.SUPERVISION_INTERCEPT", *_TALK)
async def intercept(desk: Desk) -> None:
    await desk.talk()
    await desk.supervise(calls.SUPERVISION_INTERCEPT)
    await desk.hears(caller={L1}, L1={CALLER}, A1=NOBODY)
    await desk.off_the_line("A1")
    await desk.in_state("A1", agents.AGENT_STATE_NOT_READY, "INTERCEPTED")


@presses("CompleteRecord", "CorrectRecord", "GetCallRecord", "ListRecordings", *_TALK)
async def record_of_the_call(desk: Desk) -> None:
    """Each leg is recorded apart: in each recording one voice alone is heard."""
    await desk.talk()
    await desk.centre.pause(0.5)
    await desk.hangs_up()
    await desk.in_state("A1", agents.AGENT_STATE_WORKING_AFTER_CALL)
    await desk.press("CompleteRecord", "A1", entries={"topic": "rates"})
    await desk.press("CorrectRecord", "A1", entries={"topic": "fees"}, reason="misheard")
    record = await desk.bar.press("GetCallRecord", "A1", name=desk.call)
    assert record.entries["topic"] == "fees"
    assert [correction.entries["topic"] for correction in record.corrections] == ["rates", "fees"]
    heard = await recorded(desk)
    assert [each.name.rpartition("/")[2] for each in heard] == list(record.recordings)
    assert sorted(voices_in(desk, recording) for recording in record.recordings) == sorted([[A1], [CALLER]])


@presses("Release", "ListRecordings", "GetRecording", "DownloadRecording", *_TALK)
async def hear_what_was_recorded(desk: Desk) -> None:
    """While it runs it is not to be had; then the pieces are the switch's file, to a byte."""
    await desk.talk()
    name = (await desk.bar.press("ListRecordings", "L1", parent=desk.call)).recordings[0].name
    with pytest.raises(grpc.aio.AioRpcError) as running:
        await downloaded(desk, "A1", name)
    assert reason_of(running.value) == "RECORDING_RUNS"
    await desk.centre.pause(0.5)
    await desk.press("Release", "A1")
    await desk.hears(caller={PROMPT}, A1=NOBODY)
    await desk.hangs_up()

    for recording in await recorded(desk):
        assert await desk.bar.press("GetRecording", "L1", name=recording.name) == recording
        file = await downloaded(desk, "A1", recording.name)
        assert file == recording_file(desk, recording.name).read_bytes()
        assert recording.duration.ToTimedelta().total_seconds() == pytest.approx((len(file) - 44) / 16_000, abs=1)
        assert voices_in(desk, recording.name) == [CALLER if recording.role == calls.ROLE_CUSTOMER else A1]


@presses("TransferToIvr", "ListMessages", "HandleMessage", "ReopenMessage", "DownloadRecording", *_TALK)
async def leave_a_message(desk: Desk) -> None:
    await desk.talk()
    await desk.press("TransferToIvr", "A1", flow="after-hours", node="voicemail")
    found: list[calls.Message] = []

    async def there() -> bool:
        every = (await desk.bar.press("ListMessages", "A1", box="after-hours")).messages
        found[:] = [message for message in every if message.call == desk.call]
        return bool(found)

    await desk.centre.until(there)
    await desk.centre.pause(1)
    await desk.hangs_up()

    async def spoken() -> bool:
        return await there() and found[0].HasField("duration")

    await desk.centre.until(spoken)
    name = found[0].name
    assert (await desk.bar.press("HandleMessage", "A1", name=name, reason="called back")).customer_number == CALLER
    assert not await there()
    again = await desk.bar.press("ReopenMessage", "A1", name=name, reason="not reached")
    assert [mark.handled for mark in again.marks] == [True, False]
    assert await downloaded(desk, "A1", again.recording)
    assert voices_in(desk, again.recording) == [CALLER]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", list(STEPS))
async def test_who_hears_whom(centre: AsteriskCentre, name: str) -> None:
    step, keys = STEPS[name]
    desk = Desk(centre)
    await desk.begin()
    try:
        await step(desk)
    finally:
        await desk.end()
    assert desk.bar.pressed == keys


def test_no_key_of_the_bar_is_forgotten() -> None:
    pressed = frozenset(key for _, keys in STEPS.values() for key in keys)
    assert sorted(bar_keys() - pressed) == []
    assert sorted(pressed - bar_keys()) == []
