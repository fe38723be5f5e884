"""Messages of callers over gRPC: whose they are, who handles them, and that none is lost unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import grpc.aio
import pytest
from hostile_messages import reason_of
from live_site import CALLER, SETTINGS, LiveSite
from site_services import Centre, centre_on, context

from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.callcenter.live.log import FactLog
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.orders import IvrNews, TellIvr

BRIEF = replace(SETTINGS, kept_records=timedelta(minutes=1))
MASKED = "*******8000"


@pytest.fixture
async def desk(open_log: Callable[[], FactLog]) -> AsyncIterator[Centre]:
    async with centre_on(open_log, BRIEF) as opened:
        yield opened


async def leave(desk: Centre, box: str, *, number: str = CALLER, seconds: float = 4) -> str:
    """Have somebody leave a message, and hang up; its name."""
    known = {message.name for message in await listed(desk, "L1", handled=True)}
    begun: list[TellIvr] = []

    def record(news: TellIvr) -> None:
        if news.news is IvrNews.ENTERED:
            begun.append(news)

    desk.site.tell = record
    phone = desk.site.soft.outside(number)
    phone.call("95588")
    await _until(desk.site, begun)
    wants = c.IvrWants(call=begun[0].call, flow=begun[0].flow, wants=(c.RecordMessage(box=box),))
    await desk.ask(desk.site.loop.ask(wants))
    await desk.site.pass_time(seconds)
    phone.hang_up()
    await desk.site.until(lambda state: not state.calls)
    (name,) = {message.name for message in await listed(desk, "L1", handled=True)} - known
    return name


async def _until(site: LiveSite, found: list[TellIvr]) -> None:
    for _ in range(100):
        if found:
            return
        await site.pass_time(0.05)
    raise AssertionError("nobody called")


async def listed(desk: Centre, who: str, *, handled: bool = False, **fields: str) -> list[calls.Message]:
    """Page by page of two."""
    found: list[calls.Message] = []
    token = ""
    while True:
        request = calls.ListMessagesRequest(
            context=context(who), show_handled=handled, page_size=2, page_token=token, **fields
        )
        reply = await desk.ask(desk.calls.ListMessages(request))
        found += reply.messages
        token = reply.next_page_token
        if not token:
            return found


async def handle(desk: Centre, who: str, name: str, reason: str = "called back") -> calls.Message:
    return await desk.ask(
        desk.calls.HandleMessage(calls.HandleMessageRequest(context=context(who), name=name, reason=reason))
    )


async def reopen(desk: Centre, who: str, name: str, reason: str = "not reached") -> calls.Message:
    return await desk.ask(
        desk.calls.ReopenMessage(calls.ReopenMessageRequest(context=context(who), name=name, reason=reason))
    )


async def test_a_message_waits_until_it_is_handled_however_old_its_call_is(desk: Centre) -> None:
    first = await leave(desk, "personal")
    second = await leave(desk, "after-hours", number="13900139000")
    third = await leave(desk, "personal")
    await desk.site.pass_time(130)
    assert (await desk.site.state()).ended == {}
    await desk.site.loop.close()
    waiting = await again(desk)
    assert waiting == [first, second, third]


async def again(desk: Centre) -> list[str]:
    """What a new controller knows."""
    await desk.site.start()
    state = await desk.site.state()
    return [f"messages/{message.id}" for message in state.messages.values() if not message.handled]


async def test_what_a_message_tells(desk: Centre) -> None:
    name = await leave(desk, "personal")
    (message,) = await listed(desk, "A1")
    assert message.name == name
    assert (message.box, message.customer_number, message.handled) == ("personal", MASKED, False)
    assert message.recording == f"{message.call}/recordings/{name.removeprefix('messages/')}"
    assert 3.5 < message.duration.ToTimedelta().total_seconds() < 5
    (led,) = await listed(desk, "L1")
    assert led.customer_number == CALLER


async def test_it_is_handled_once_taken_back_and_handled_by_another(desk: Centre) -> None:
    name = await leave(desk, "personal")
    taken = await handle(desk, "A1", name)
    assert (taken.handled, taken.customer_number) == (True, CALLER)
    assert await listed(desk, "A1") == []
    with pytest.raises(grpc.aio.AioRpcError) as twice:
        await handle(desk, "A2", name)
    assert reason_of(twice.value) == "MESSAGE_HANDLED"
    (other,) = await listed(desk, "A2", handled=True)
    assert other.customer_number == MASKED
    assert not (await reopen(desk, "A1", name)).handled
    with pytest.raises(grpc.aio.AioRpcError) as open_already:
        await reopen(desk, "A1", name)
    assert reason_of(open_already.value) == "MESSAGE_OPEN"
    marks = (await handle(desk, "A2", name, "reached at last")).marks
    assert [(mark.agent, mark.handled, mark.reason) for mark in marks] == [
        ("agents/A1", True, "called back"),
        ("agents/A1", False, "not reached"),
        ("agents/A2", True, "reached at last"),
    ]
    request = agents.WatchEventsRequest(context=context("L1"), resume_token="begin", call=taken.call)
    seen = [event async for event in _told(desk, request, "MessageMarked", 3)]
    assert [event.details["reason"] for event in seen] == ["called back", "not reached", "reached at last"]


async def _told(desk: Centre, request: agents.WatchEventsRequest, kind: str, count: int) -> AsyncIterator[agents.Event]:
    watching = desk.agents.WatchEvents(request)
    async for event in watching:
        if event.kind == kind:
            yield event
            count -= 1
        if not count:
            watching.cancel()
            return


async def test_a_box_of_a_queue_is_for_those_who_may_serve_it(desk: Centre) -> None:
    loans = await leave(desk, "loans")
    nobodys = await leave(desk, "after-hours")
    assert [message.name for message in await listed(desk, "L1")] == [loans, nobodys]
    assert [message.name for message in await listed(desk, "A1")] == [nobodys]
    assert await listed(desk, "A1", box="loans") == []
    with pytest.raises(grpc.aio.AioRpcError) as denied:
        await handle(desk, "A1", loans)
    assert (denied.value.code(), reason_of(denied.value)) == (grpc.StatusCode.PERMISSION_DENIED, "NOT_YOUR_BOX")
    assert not (await listed(desk, "L1", box="loans"))[0].marks
    assert (await handle(desk, "L1", loans)).handled


async def test_one_that_is_not_there_and_one_that_is_still_spoken(desk: Centre) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as unknown:
        await handle(desk, "A1", "messages/main-1.1.r1")
    assert (unknown.value.code(), reason_of(unknown.value)) == (grpc.StatusCode.NOT_FOUND, "NO_SUCH_MESSAGE")
    begun: list[TellIvr] = []
    desk.site.tell = begun.append
    desk.site.caller.call("95588")
    await _until(desk.site, begun)
    record = c.IvrWants(call=begun[0].call, flow=begun[0].flow, wants=(c.RecordMessage(box="personal"),))
    await desk.ask(desk.site.loop.ask(record))
    (message,) = await listed(desk, "A1")
    assert not message.HasField("duration")
    with pytest.raises(grpc.aio.AioRpcError) as spoken:
        await handle(desk, "A1", message.name)
    assert reason_of(spoken.value) == "RECORDING_RUNS"
