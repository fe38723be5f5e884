"""The telephony bar as an agent's program presses it: over gRPC, on the simulated switch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from google.rpc.error_details_pb2 import ErrorInfo, LocalizedMessage
from google.rpc.status_pb2 import Status
from live_site import CALLER
from site_services import Centre, centre, context

from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.calls.v1 import calls_pb2 as calls


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Centre]:
    async with centre(tmp_path) as opened:
        yield opened


async def refused(desk: Centre, call: Awaitable[object]) -> tuple[str, grpc.StatusCode, dict[str, str], str]:
    """Code, status, metadata and what is said to people."""
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await desk.ask(call)
    metadata: Any = failure.value.trailing_metadata()
    status = Status.FromString(dict(metadata)["grpc-status-details-bin"])
    info, said = ErrorInfo(), LocalizedMessage()
    status.details[0].Unpack(info)
    status.details[1].Unpack(said)
    return info.reason, failure.value.code(), dict(info.metadata), said.message


async def test_from_sign_in_to_the_figures_of_the_day(desk: Centre) -> None:
    ready = await desk.sign_in("A1")
    assert ready.state == agents.AGENT_STATE_READY
    call = await desk.call()
    assert (call.place, call.agent, call.caller_number) == (calls.PLACE_TALK, "agents/A1", CALLER)
    held = await desk.ask(desk.calls.Hold(calls.HoldRequest(context=context("A1"), call=call.name)))
    assert held.HasField("held_time")
    await desk.ask(desk.calls.Resume(calls.ResumeRequest(context=context("A1"), call=call.name)))
    desk.site.caller.hang_up()
    await desk.site.pass_time(1)
    entries = {"topic": "balance"}
    done = calls.CompleteRecordRequest(context=context("A1"), call=call.name, entries=entries)
    await desk.ask(desk.calls.CompleteRecord(done))
    record = await desk.ask(desk.calls.GetCallRecord(calls.GetCallRecordRequest(context=context("A1"), name=call.name)))
    assert dict(record.entries) == entries
    assert [segment.kind for segment in record.segments][:2] == ["IVR", "QUEUE"]
    finish = agents.FinishWorkRequest(context=context("A1"), agent="agents/A1")
    await desk.ask(desk.agents.FinishWork(finish))
    out = await desk.ask(desk.agents.SignOut(agents.SignOutRequest(context=context("A1"), agent="agents/A1")))
    assert out.agent.state == agents.AGENT_STATE_NULL
    assert (out.day_figures.call_count, out.day_figures.hold_count) == (1, 1)
    assert out.day_figures.talk_duration.ToTimedelta() < out.day_figures.signed_in_duration.ToTimedelta()


async def test_the_feed_begins_where_a_program_left_it(desk: Centre) -> None:
    await desk.sign_in("A1")
    call = await desk.call()
    every = await desk.events(12, "begin")
    assert [int(event.resume_token) for event in every] == list(range(1, 13))
    rest = await desk.events(7, every[4].resume_token)
    assert [event.resume_token for event in rest] == [event.resume_token for event in every[5:]]
    own = await desk.events(3, "begin", call=call.name)
    assert {event.call for event in own} == {call.name}
    assert own[0].kind == "CallArrived"
    assert own[0].details["caller"] == "*******8000"


async def test_an_agent_is_not_told_that_a_leader_listens(desk: Centre) -> None:
    await desk.sign_in("A1")
    await desk.sign_in("L1")
    call = await desk.call()
    listen = calls.SuperviseRequest(
        context=context("L1"), call=call.name, agent="agents/A1", supervision=calls.SUPERVISION_SILENT
    )
    await desk.ask(desk.calls.Supervise(listen))
    leader = desk.site.phones["L1"]
    both = {CALLER, desk.site.phones["A1"].number}
    for _ in range(200):
        if leader.hears() == both:
            break
        await desk.site.pass_time(0.05)
    assert leader.hears() == both
    held = await desk.ask(desk.calls.Hold(calls.HoldRequest(context=context("A1"), call=call.name)))
    assert "LEADER" not in str(held)
    seen = [event async for event in _until(desk, "A1", "CallHeld")]
    shown = [event async for event in _until(desk, "L1", "CallHeld")]
    assert "L1" not in str(seen)
    assert not any(event.kind.startswith("Supervision") for event in seen)
    assert {"SupervisionAsked", "SupervisionBegun"} <= {event.kind for event in shown}
    assert len(seen) < len(shown)


async def test_who_comes_back_to_the_feed_is_not_told_either(desk: Centre) -> None:
    await desk.sign_in("A1")
    await desk.sign_in("L1")
    call = await desk.call()
    listen = calls.SuperviseRequest(
        context=context("L1"), call=call.name, agent="agents/A1", supervision=calls.SUPERVISION_SILENT
    )
    await desk.ask(desk.calls.Supervise(listen))
    for _ in range(40):
        await desk.site.pass_time(0.05)
    desk.site.caller.hang_up()
    await desk.site.pass_time(2)
    every = [event async for event in _until(desk, "L1", "CallEnded")]
    (dialled,) = (event for event in every if event.details.fields["role"].string_value == "LEADER")
    leg = str(dialled.details["leg"])
    about = [event.kind for event in every if event.details.fields["leg"].string_value == leg]
    assert {"LegDialled", "LegConnected"} <= set(about)
    told = [event async for event in _until(desk, "A1", "CallEnded", dialled.resume_token)]
    assert leg not in str(told)


async def _until(desk: Centre, who: str, kind: str, token: str = "begin") -> AsyncIterator[agents.Event]:
    """Everything that this person is told from ``token`` on, up to an event of ``kind``."""
    watching: Any = desk.agents.WatchEvents(agents.WatchEventsRequest(context=context(who), resume_token=token))
    events = aiter(watching)
    while True:
        event = await desk.ask(anext(events))
        yield event
        if event.kind == kind:
            watching.cancel()
            return


async def test_a_stale_version_is_refused_with_the_present_one(desk: Centre) -> None:
    agent = await desk.sign_in("A1")
    lunch = agents.BecomeNotReadyRequest(
        context=context("A1"), agent=agent.name, cause="LUNCH", expected_version=agent.version
    )
    now = await desk.ask(desk.agents.BecomeNotReady(lunch))
    again = await refused(desk, desk.agents.BecomeNotReady(lunch))
    assert again[:2] == ("STALE_VERSION", grpc.StatusCode.ABORTED)
    assert again[2]["version"] == str(now.version)


async def test_refusals_are_said_in_the_callers_language(desk: Centre) -> None:
    force = agents.ForceAgentRequest(
        context=context("A1", english=False), agent="agents/L1", target=agents.TARGET_SIGN_OUT
    )
    await desk.sign_in("A1")
    code, status, _, said = await refused(desk, desk.agents.ForceAgent(force))
    assert (code, status, said) == ("NOT_A_LEADER", grpc.StatusCode.PERMISSION_DENIED, "此操作仅限班长。")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (agents.SignInRequest(context=context("nobody"), telephone="1001"), "STAFF_UNKNOWN"),
        (agents.SignInRequest(telephone="1001"), "INVALID_REQUEST"),
        (agents.SignInRequest(context=context("A1")), "INVALID_REQUEST"),
        (agents.BecomeReadyRequest(context=context("A1"), agent="A1"), "INVALID_REQUEST"),
        (agents.BecomeReadyRequest(context=context("A1"), agent="agents/A1"), "NO_SUCH_AGENT"),
        (agents.BecomeNotReadyRequest(context=context("A1"), agent="agents/A1"), "INVALID_REQUEST"),
        (agents.ForceAgentRequest(context=context("L1"), agent="agents/A1"), "INVALID_REQUEST"),
        (agents.BecomeReadyRequest(context=context("A1"), agent="agents/A1", expected_version=-1), "INVALID_REQUEST"),
        (calls.GetCallRequest(context=context("A1"), name="calls/main-1"), "NO_SUCH_CALL"),
        (calls.ConsultRequest(context=context("A1"), call="calls/main-1"), "INVALID_REQUEST"),
        (calls.CallOutRequest(context=context("A1"), call="calls/x", number="12a"), "INVALID_REQUEST"),
        (calls.CompleteRecordRequest(context=context("A1"), call="calls/main-1"), "INVALID_REQUEST"),
        (
            calls.CompleteRecordRequest(context=context("A1"), call="calls/main-1", entries={"topic": "\x07"}),
            "INVALID_REQUEST",
        ),
        (calls.CallOutRequest(context=context("A1"), call="calls/a b", number="110"), "INVALID_REQUEST"),
        (agents.SignInRequest(context=context("A1"), telephone="１００１"), "INVALID_REQUEST"),
        (agents.WatchEventsRequest(context=context("A1"), resume_token="1000"), "RESUME_TOKEN_UNKNOWN"),
        (agents.WatchEventsRequest(context=context("A1"), resume_token="-1"), "RESUME_TOKEN_UNKNOWN"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
async def test_a_bad_request_has_its_code(desk: Centre, request_: object, code: str) -> None:
    method = type(request_).__name__.removesuffix("Request")
    stub = desk.agents if hasattr(desk.agents, method) else desk.calls
    answer = getattr(stub, method)(request_)
    if method == "WatchEvents":
        answer = anext(aiter(answer))
    assert (await refused(desk, answer))[0] == code
