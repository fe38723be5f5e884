"""Queues over gRPC: who waits, why still, and why a call went to its agent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import grpc
import grpc.aio
import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from live_site import CALLER
from site_services import Centre, centre_on, context

from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.api.queues.v1 import queues_pb2 as queues
from tellerline.callcenter.live.log import FactLog
from tellerline.callcenter.site.state import SiteState
from tellerline.simulators.softswitch.phones import OnRing

PERSONAL = "queues/personal"


@pytest.fixture
async def desk(open_log: Callable[[], FactLog]) -> AsyncIterator[Centre]:
    async with centre_on(open_log) as opened:
        yield opened


async def queue(desk: Centre, *, english: bool = True) -> queues.Queue:
    request = queues.GetQueueRequest(context=context("A1", english=english), name=PERSONAL)
    return await desk.ask(desk.queues.GetQueue(request))


async def explain(desk: Centre, call: str, *, english: bool = True) -> queues.CallExplanation:
    request = queues.ExplainCallRequest(context=context("L1", english=english), call=call)
    return await desk.ask(desk.queues.ExplainCall(request))


async def arrive(desk: Centre, *numbers: str) -> list[str]:
    """Each caller waits in the queue before the next one calls; the calls' names in that order."""
    for waiting, number in enumerate(numbers, 1):
        desk.site.soft.outside(number).call("95588")
        await desk.site.until(partial(_waiting, waiting))
        await desk.site.pass_time(2)
    return [f"calls/{call}" for call in (await desk.site.state()).calls]


def _waiting(count: int, state: SiteState) -> bool:
    return sum(call.waiting is not None for call in state.calls.values()) == count


async def test_an_empty_queue_says_who_could_serve_it(desk: Centre) -> None:
    listed = await desk.ask(desk.queues.ListQueues(queues.ListQueuesRequest(context=context("A1", english=False))))
    names = [each.name for each in listed.queues]
    assert names == sorted(names)
    assert {each.name: each.display_name for each in listed.queues}[PERSONAL] == "个人业务"
    await desk.sign_in("A1")
    await desk.sign_in("A2")
    break_ = agents.BecomeNotReadyRequest(context=context("A2"), agent="agents/A2", cause="LUNCH")
    await desk.ask(desk.agents.BecomeNotReady(break_))
    now = await queue(desk)
    assert (now.display_name, now.staffed_count, now.ready_count) == ("personal banking", 1, 1)
    assert not now.waiting_calls
    assert not now.HasField("longest_wait_duration")
    assert now.service_level_duration.ToTimedelta().total_seconds() == 20


async def test_those_who_wait_stand_by_score(desk: Centre) -> None:
    first, second = await arrive(desk, CALLER, "13900139000")
    now = await queue(desk)
    assert [(each.call, each.position, each.call_class) for each in now.waiting_calls] == [
        (first, 1, "standard"),
        (second, 2, "standard"),
    ]
    best, next_ = now.waiting_calls
    assert best.score > next_.score > 0
    assert best.wait_duration.ToTimedelta() == now.longest_wait_duration.ToTimedelta()
    assert best.score == pytest.approx(best.wait_duration.ToTimedelta().total_seconds() + best.aging)
    assert best.state == queues.WaitingCall.STATE_WAITING
    assert not any(each.HasField("expected_wait_duration") for each in (best, next_))
    assert not now.HasField("expected_wait_duration")


async def test_waits_are_expected_once_somebody_is_on_duty(desk: Centre) -> None:
    await desk.sign_in("A1")
    await desk.call()
    await arrive(desk, "13900139000", "13900139001")
    now = await queue(desk)
    assert (now.staffed_count, now.ready_count) == (1, 0)
    first, second = (each.expected_wait_duration.ToTimedelta() for each in now.waiting_calls)
    assert timedelta() < first < second < now.expected_wait_duration.ToTimedelta()


async def test_why_a_call_still_waits(desk: Centre) -> None:
    _, second = await arrive(desk, CALLER, "13900139000")
    why = await explain(desk, second)
    assert "personal banking" in why.text
    assert "Nobody who may take it is on duty." in why.text
    assert (why.staffed_count, why.ahead_count, why.agent) == (0, 1, "")
    assert why.waiting_call.position == 2
    assert why.decisions[0].kind == "QueueEntered"
    chinese = await explain(desk, second, english=False)
    assert chinese.text.startswith("在“个人业务”已等待")
    assert "没有可接此来电的座席在岗" in chinese.text


async def test_why_this_agent_while_he_is_offered_the_call_and_after(desk: Centre) -> None:
    desk.site.phones["A1"].on_ring = OnRing.RINGS
    (call,) = await arrive(desk, CALLER)
    await desk.sign_in("A1")
    await desk.site.until(lambda state: state.agents["A1"].reservation != "")
    offered = await explain(desk, call)
    assert offered.agent == "agents/A1"
    assert offered.waiting_call.state == queues.WaitingCall.STATE_OFFERED
    assert offered.waiting_call.offered_agent == "agents/A1"
    assert "It is being offered to agent A1" in offered.text
    assert "When agent A1 became free, this call had the highest score" in offered.text
    desk.site.phones["A1"].answer()
    await desk.site.talking(desk.site.caller, desk.site.phones["A1"])
    desk.site.caller.hang_up()
    await desk.site.until(lambda state: not state.calls)
    served = await explain(desk, call)
    assert (served.agent, served.HasField("waiting_call")) == ("agents/A1", False)
    assert served.text in offered.text
    made = next(each for each in served.decisions if each.kind == "ReservationMade")
    assert (made.agent, made.grounds["chosen"], made.grounds["proficiency"]) == ("agents/A1", "caller", "8")
    assert served.decisions[-1].text == "Agent A1 answered."


async def test_after_a_transfer_the_colleague_is_explained_by_who_asked_him(desk: Centre) -> None:
    await desk.sign_in("A1")
    call = await desk.call()
    await desk.sign_in("A2")
    hand_over = calls.ConsultRequest(
        context=context("A1"), call=call.name, colleague="agents/A2", purpose=calls.PURPOSE_TRANSFER
    )
    await desk.ask(desk.calls.Consult(hand_over))
    await desk.site.talking(desk.site.caller, desk.site.phones["A2"])
    why = await explain(desk, call.name, english=False)
    assert (why.agent, why.text) == ("agents/A2", "座席 A1 将来电转给座席 A2。")


async def test_nobody_reads_from_an_explanation_that_a_leader_listens(desk: Centre) -> None:
    await desk.sign_in("A1")
    await desk.sign_in("L1")
    call = await desk.call()
    before = await explain(desk, call.name)
    listen = calls.SuperviseRequest(
        context=context("L1"), call=call.name, agent="agents/A1", supervision=calls.SUPERVISION_SILENT
    )
    await desk.ask(desk.calls.Supervise(listen))
    await desk.site.until(lambda state: any(s.begun for c in state.calls.values() for s in c.supervisions.values()))
    assert await explain(desk, call.name) == before


@pytest.mark.parametrize(
    ("ask", "code", "status"),
    [
        (lambda stub: stub.GetQueue(queues.GetQueueRequest(context=context("A1"), name="queues/none")),
         "NO_SUCH_QUEUE", grpc.StatusCode.NOT_FOUND),
        (lambda stub: stub.GetQueue(queues.GetQueueRequest(context=context("A1"), name="personal")),
         "INVALID_REQUEST", grpc.StatusCode.INVALID_ARGUMENT),
        (lambda stub: stub.GetQueue(queues.GetQueueRequest(context=context("nobody"), name=PERSONAL)),
         "STAFF_UNKNOWN", grpc.StatusCode.PERMISSION_DENIED),
        (lambda stub: stub.ListQueues(queues.ListQueuesRequest()),
         "INVALID_REQUEST", grpc.StatusCode.INVALID_ARGUMENT),
        (lambda stub: stub.ExplainCall(queues.ExplainCallRequest(context=context("A1"), call="calls/main-99")),
         "NO_SUCH_CALL", grpc.StatusCode.NOT_FOUND),
        (lambda stub: stub.ExplainCall(queues.ExplainCallRequest(context=context("A1"))),
         "INVALID_REQUEST", grpc.StatusCode.INVALID_ARGUMENT),
        (lambda stub: stub.ExplainCall(queues.ExplainCallRequest(context=context("nobody"), call="calls/main-1")),
         "STAFF_UNKNOWN", grpc.StatusCode.PERMISSION_DENIED),
    ],
)  # fmt: skip
async def test_wrong_questions(
    desk: Centre, ask: Callable[[Any], Awaitable[object]], code: str, status: grpc.StatusCode
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await desk.ask(ask(desk.queues))
    metadata: Any = failure.value.trailing_metadata()
    info = ErrorInfo()
    Status.FromString(dict(metadata)["grpc-status-details-bin"]).details[0].Unpack(info)
    assert (info.reason, failure.value.code()) == (code, status)
