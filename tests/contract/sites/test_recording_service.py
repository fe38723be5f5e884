"""Recordings of calls over gRPC: what there is, who may have it, and that whoever takes it signs for it."""

from __future__ import annotations

import io
import wave
from collections.abc import AsyncIterator, Callable

import grpc.aio
import pytest
from hostile_messages import reason_of
from live_site import CALLER
from site_services import Centre, centre_on, context

from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.callcenter.live.log import FactLog
from tellerline.callcenter.live.records import Interest, Recorded
from tellerline.callcenter.services.recordings import PIECE
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.state import SiteState
from tellerline.connectors.telephony.switch import SecretPlan

TALK_SECONDS = 6


@pytest.fixture
async def desk(open_log: Callable[[], FactLog]) -> AsyncIterator[Centre]:
    async with centre_on(open_log) as opened:
        for agent in ("A1", "L1"):
            await opened.sign_in(agent)
        yield opened


async def over(desk: Centre) -> str:
    """A call with A1 that has ended; its name."""
    call = await desk.call()
    await desk.site.pass_time(TALK_SECONDS)
    desk.site.caller.hang_up()
    await desk.site.until(_nothing_runs)
    return call.name


async def listed(desk: Centre, who: str, call: str) -> list[calls.Recording]:
    request = calls.ListRecordingsRequest(context=context(who), parent=call)
    return list((await desk.ask(desk.calls.ListRecordings(request))).recordings)


async def download(
    desk: Centre, who: str, name: str, reason: str = "complaint 7"
) -> list[calls.DownloadRecordingResponse]:
    request = calls.DownloadRecordingRequest(context=context(who), name=name, reason=reason)

    async def read() -> list[calls.DownloadRecordingResponse]:
        return [piece async for piece in desk.calls.DownloadRecording(request)]

    return await desk.ask(read())


async def refused(desk: Centre, who: str, name: str, reason: str = "curious") -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await download(desk, who, name, reason)
    return failure.value.code(), reason_of(failure.value)


async def signed(desk: Centre) -> list[Recorded]:
    return [each for each in await desk.site.feed.past(Interest()) if each.entry.kind == "RecordingFetched"]


async def test_what_there_is_of_a_call(desk: Centre) -> None:
    call = await over(desk)
    found = await listed(desk, "A1", call)
    assert {(each.role, each.party) for each in found} == {(calls.ROLE_CUSTOMER, CALLER), (calls.ROLE_AGENT, "A1")}
    for each in found:
        assert each.duration.ToTimedelta() == each.end_time.ToDatetime() - each.begin_time.ToDatetime()
        assert each.duration.ToTimedelta().total_seconds() >= TALK_SECONDS
        assert (each.failed, each.box, list(each.pauses)) == (False, "", [])
        one = await desk.ask(desk.calls.GetRecording(calls.GetRecordingRequest(context=context("L1"), name=each.name)))
        assert one == each


async def test_the_file_comes_in_pieces_and_is_signed_for_first(desk: Centre) -> None:
    call = await over(desk)
    name = (await listed(desk, "A1", call))[0].name
    pieces = await download(desk, "A1", name)
    assert len(pieces) > 1
    assert max(len(piece.data) for piece in pieces) == PIECE == 65536
    file = b"".join(piece.data for piece in pieces)
    assert {piece.size_bytes for piece in pieces} == {len(file)}
    with wave.open(io.BytesIO(file)) as sound:
        assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (8000, 2, 1)
        assert sound.getnframes() >= TALK_SECONDS * 8000
    (fact,) = await signed(desk)
    assert (fact.entry.agent, f"calls/{fact.entry.call}") == ("A1", call)
    assert b"complaint 7" in fact.entry.body
    await download(desk, "L1", name, "quality")
    assert [each.entry.agent for each in await signed(desk)] == ["A1", "L1"]


async def test_an_agent_is_not_told_who_has_listened(desk: Centre) -> None:
    call = await over(desk)
    await download(desk, "L1", (await listed(desk, "L1", call))[0].name)

    async def kinds(who: str) -> set[str]:
        request = calls.ListCallEventsRequest(context=context(who), parent=call, page_size=200)
        return {event.kind for event in (await desk.ask(desk.calls.ListCallEvents(request))).events}

    assert await kinds("L1") - await kinds("A1") == {"RecordingFetched"}


async def test_nobody_else_hears_it(desk: Centre) -> None:
    call = await over(desk)
    name = (await listed(desk, "L1", call))[0].name
    assert await refused(desk, "A2", name) == (grpc.StatusCode.FAILED_PRECONDITION, "NOT_IN_CALL")
    with pytest.raises(grpc.aio.AioRpcError) as unseen:
        await listed(desk, "A2", call)
    assert reason_of(unseen.value) == "NOT_IN_CALL"
    assert await refused(desk, "nobody", name) == (grpc.StatusCode.PERMISSION_DENIED, "STAFF_UNKNOWN")
    assert await signed(desk) == []


async def test_what_is_not_to_be_had(desk: Centre) -> None:
    talking = (await desk.call()).name
    name = (await listed(desk, "A1", talking))[0].name
    assert not (await listed(desk, "A1", talking))[0].HasField("duration")
    assert await refused(desk, "A1", name) == (grpc.StatusCode.FAILED_PRECONDITION, "RECORDING_RUNS")
    assert await refused(desk, "A1", f"{talking}/recordings/none") == (grpc.StatusCode.NOT_FOUND, "NO_SUCH_RECORDING")
    assert await refused(desk, "A1", "calls/none/recordings/none") == (grpc.StatusCode.NOT_FOUND, "NO_SUCH_CALL")
    for wrong in ("", "none", talking, f"{talking}/recordings/", f"{talking}/recordings/../x"):
        assert (await refused(desk, "A1", wrong))[1] == "INVALID_REQUEST"
    desk.site.caller.hang_up()
    await desk.site.until(_nothing_runs)
    assert (await refused(desk, "A1", name, " "))[1] == "INVALID_REQUEST"
    desk.site.soft.power_off()
    assert await refused(desk, "A1", name) == (grpc.StatusCode.UNAVAILABLE, "SWITCH_UNAVAILABLE")
    assert await signed(desk) == []


async def test_where_a_pin_was_typed_nothing_was_recorded(desk: Centre) -> None:
    call = await desk.call()
    desk.site.tell = lambda news: None
    ask = c.TransferToIvr(actor="A1", call=call.name.removeprefix("calls/"), flow="pin", returns=True)
    await desk.site.done(ask)
    plan = SecretPlan(length=6)
    await desk.ask(desk.site.loop.ask(c.IvrWants(call=ask.call, flow="pin", wants=(c.AskSecret(plan=plan),))))
    await desk.site.pass_time(3)
    desk.site.caller.hang_up()
    await desk.site.until(_nothing_runs)
    paused = next(each for each in await listed(desk, "A1", call.name) if each.role == calls.ROLE_CUSTOMER)
    (pause,) = paused.pauses
    away = pause.end_time.ToDatetime() - pause.begin_time.ToDatetime()
    whole = paused.end_time.ToDatetime() - paused.begin_time.ToDatetime()
    assert 2.5 < away.total_seconds() < 4
    assert paused.duration.ToTimedelta() == whole - away


def _nothing_runs(state: SiteState) -> bool:
    """A recording that goes on for a moment longer than its call has ended too."""
    return not state.calls and not state.recordings
