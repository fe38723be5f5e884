"""What has happened in a call, for those who may know: paged, masked, and long after its end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from live_site import CALLER, SETTINGS
from site_services import Centre, centre, centre_on, context

from tellerline.api.agents.v1.agents_pb2 import Event
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.api.common.v1.context_pb2 import CHANNEL_COUNTER, RequestContext
from tellerline.callcenter.call_trace import CallTracing, trace_of
from tellerline.callcenter.live.log import sqlite_log

OPERATOR = RequestContext(channel=CHANNEL_COUNTER, channel_serial="cli-1", terminal="cli")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Centre]:
    async with centre(tmp_path) as opened:
        yield opened


async def listed(desk: Centre, call: str, who: RequestContext, size: int = 0) -> list[Event]:
    found: list[Event] = []
    token = ""
    while True:
        request = calls.ListCallEventsRequest(context=who, parent=call, page_size=size, page_token=token)
        reply = await desk.ask(desk.calls.ListCallEvents(request))
        assert reply.trace == trace_of(call.removeprefix("calls/"))
        found += reply.events
        token = reply.next_page_token
        if not token:
            return found


async def refused(desk: Centre, call: Awaitable[object]) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await desk.ask(call)
    code: grpc.StatusCode = failure.value.code()
    return code


async def listened_to(desk: Centre) -> str:
    """A call with A1 in which L1 has sat in, silently; its name."""
    for agent in ("A1", "A2", "L1"):
        await desk.sign_in(agent)
    call = await desk.call()
    listen = calls.SuperviseRequest(
        context=context("L1"), call=call.name, agent="agents/A1", supervision=calls.SUPERVISION_SILENT
    )
    await desk.ask(desk.calls.Supervise(listen))
    await desk.site.pass_time(1)
    desk.site.caller.hang_up()
    await desk.site.pass_time(1)
    return call.name


async def test_pages_of_one_are_the_same_as_one_page(desk: Centre) -> None:
    name = await listened_to(desk)
    every = await listed(desk, name, OPERATOR)
    assert every[0].kind == "CallArrived"
    assert "CallEnded" in {event.kind for event in every}
    assert await listed(desk, name, context("L1"), size=1) == every
    assert all(event.call == name for event in every)


async def test_numbers_are_masked_and_written_words_left_out(desk: Centre) -> None:
    name = await listened_to(desk)
    entries = {"topic": "a private matter"}
    await desk.ask(
        desk.calls.CompleteRecord(calls.CompleteRecordRequest(context=context("A1"), call=name, entries=entries))
    )
    every = await listed(desk, name, OPERATOR)
    assert every[0].details["caller"] == "*******8000"
    text = "".join(map(str, every))
    assert CALLER not in text
    assert "private" not in text
    assert every[-1].kind == "RecordCompleted"


async def test_an_agent_of_the_call_is_not_told_of_a_listener_and_others_are_told_nothing(desk: Centre) -> None:
    name = await listened_to(desk)
    leaders, own = [await listed(desk, name, context(who)) for who in ("L1", "A1")]
    assert any(event.agent == "agents/L1" for event in leaders)
    assert {event.kind for event in leaders} - {event.kind for event in own} == {
        "SupervisionAsked",
        "SupervisionBegun",
        "SupervisionEnded",
    }
    assert not any("L1" in str(event) for event in own)
    request = calls.ListCallEventsRequest(context=context("A2"), parent=name)
    assert await refused(desk, desk.calls.ListCallEvents(request)) is grpc.StatusCode.PERMISSION_DENIED


async def test_a_call_that_the_site_has_archived_is_told_of_still(tmp_path: Path) -> None:
    settings = replace(SETTINGS, kept_records=timedelta(seconds=5))
    async with centre_on(lambda: sqlite_log(tmp_path / "sites.db"), settings) as desk:
        name = await listened_to(desk)
        up = await listed(desk, name, context("A1"))
        await desk.site.pass_time(6)
        assert name.removeprefix("calls/") not in (await desk.site.state()).ended
        later = await listed(desk, name, context("A1"))
        assert later[: len(up)] == up
        assert later[-1].kind == "RecordArchived"


async def test_what_is_wrong_is_refused(desk: Centre) -> None:
    unknown = calls.ListCallEventsRequest(context=OPERATOR, parent="calls/main-9")
    assert await refused(desk, desk.calls.ListCallEvents(unknown)) is grpc.StatusCode.NOT_FOUND
    for wrong in ({"parent": "main-9"}, {"page_size": -1}, {"page_token": "x"}):
        fields: dict[str, Any] = {"context": OPERATOR, "parent": "calls/main-9", **wrong}
        request = calls.ListCallEventsRequest(**fields)
        assert await refused(desk, desk.calls.ListCallEvents(request)) is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_call_says_in_which_trace_it_is(desk: Centre) -> None:
    await desk.sign_in("A1")
    call = await desk.call()
    assert call.traceparent == CallTracing().traceparent(call.name.removeprefix("calls/"))
