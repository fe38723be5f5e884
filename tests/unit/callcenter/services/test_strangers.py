"""What agents are told of calls in which they have no part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from live_site import CALLER
from site_services import Centre, centre, context

from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.calls.v1 import calls_pb2 as calls

MASKED = "*******8000"
WRITTEN = "a private matter"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Centre]:
    async with centre(tmp_path) as opened:
        yield opened


async def written_up(desk: Centre) -> str:
    """A call that A1 has had, and has written up and corrected; its name."""
    await desk.sign_in("A1")
    call = await desk.call()
    desk.site.caller.hang_up()
    await desk.site.pass_time(1)
    fields: dict[str, Any] = {"context": context("A1"), "call": call.name, "entries": {"topic": WRITTEN}}
    await desk.ask(desk.calls.CompleteRecord(calls.CompleteRecordRequest(**fields)))
    await desk.ask(desk.calls.CorrectRecord(calls.CorrectRecordRequest(**fields, reason=WRITTEN)))
    return call.name


async def record(desk: Centre, who: str, name: str) -> calls.CallRecord:
    return await desk.ask(desk.calls.GetCallRecord(calls.GetCallRecordRequest(context=context(who), name=name)))


async def feed(desk: Centre, who: str) -> str:
    """All that this person is told of, up to the correction."""
    watching: Any = desk.agents.WatchEvents(agents.WatchEventsRequest(context=context(who), resume_token="begin"))
    events = aiter(watching)
    seen = ""
    while "RecordCorrected" not in seen:
        seen += str(await desk.ask(anext(events)))
    watching.cancel()
    return seen


async def test_a_record_is_for_its_agents_and_for_leaders(desk: Centre) -> None:
    name = await written_up(desk)
    for who in ("A1", "L1"):
        assert (await record(desk, who, name)).entries["topic"] == WRITTEN
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await record(desk, "A2", name)
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_the_feed_shows_numbers_and_written_words_to_leaders_alone(desk: Centre) -> None:
    await written_up(desk)
    for who in ("A1", "A2"):
        seen = await feed(desk, who)
        assert MASKED in seen
        assert CALLER not in seen
        assert WRITTEN not in seen
    leaders = await feed(desk, "L1")
    assert CALLER in leaders
    assert WRITTEN in leaders


async def test_a_caller_s_number_is_masked_for_agents_who_have_no_part_in_the_call(desk: Centre) -> None:
    await desk.sign_in("A1")
    name = (await desk.call()).name
    for who, number in (("A1", CALLER), ("A2", MASKED), ("L1", CALLER)):
        shown = await desk.ask(desk.calls.GetCall(calls.GetCallRequest(context=context(who), name=name)))
        (listed,) = (await desk.ask(desk.calls.ListCalls(calls.ListCallsRequest(context=context(who))))).calls
        assert listed == shown
        assert (shown.caller_number, shown.called_number) == (number, "95588")
        assert (CALLER in str(shown)) is (number == CALLER)


async def test_a_number_that_was_called_is_masked_likewise(desk: Centre) -> None:
    await desk.sign_in("A1")
    out = calls.CallOutRequest(context=context("A1"), call="calls/out-1", number=CALLER)
    made = await desk.ask(desk.calls.CallOut(out))
    assert made.called_number == CALLER
    request = calls.GetCallRequest(context=context("A2"), name="calls/out-1")
    assert CALLER not in str(await desk.ask(desk.calls.GetCall(request)))
