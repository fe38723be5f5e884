"""Screen pops over gRPC, without a bank: what the site itself knows, and who may ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
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
from tellerline.api.customers.v1 import customers_pb2
from tellerline.callcenter.live.log import FactLog
from tellerline.simulators.softswitch.phones import OnRing

CUSTOMERS = customers_pb2.DESCRIPTOR.services_by_name["CustomerService"]


@pytest.fixture
async def desk(open_log: Callable[[], FactLog]) -> AsyncIterator[Centre]:
    async with centre_on(open_log) as opened:
        yield opened


async def pop(desk: Centre, call: str, agent: str = "A1") -> calls.ScreenPop:
    request = calls.GetScreenPopRequest(context=context(agent), name=call)
    return await desk.ask(desk.calls.GetScreenPop(request))


async def test_it_is_there_while_the_telephone_rings(desk: Centre) -> None:
    desk.site.phones["A1"].on_ring = OnRing.RINGS
    desk.site.caller.call("95588")
    await desk.site.until(lambda state: any(call.waiting for call in state.calls.values()))
    await desk.site.pass_time(7)
    await desk.sign_in("A1")
    await desk.site.until(lambda state: state.agents["A1"].reservation != "")
    (call,) = (await desk.site.state()).calls
    shown = await pop(desk, f"calls/{call}")
    assert (shown.customer_number, shown.queue_display_name) == (CALLER, "personal banking")
    assert 7 <= shown.wait_duration.ToTimedelta().total_seconds() < 12
    assert (shown.category, list(shown.missing_parts)) == (calls.CALLER_CATEGORY_UNKNOWN, ["customer_hints"])


@asynccontextmanager
async def silent_bank() -> AsyncIterator[tuple[asyncio.Event, str]]:
    """It has been asked whose a number is once the event is set, and never says. Where it is."""
    asked = asyncio.Event()

    async def silence(_request: bytes, _call: object) -> bytes:
        asked.set()
        await asyncio.Event().wait()
        return b""

    whose = {"FindCustomersByPhone": grpc.unary_unary_rpc_method_handler(silence)}
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(CUSTOMERS.full_name, whose),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield asked, f"127.0.0.1:{port}"
    finally:
        await server.stop(None)


async def test_a_bank_that_says_nothing_delays_no_answer(open_log: Callable[[], FactLog]) -> None:
    async with silent_bank() as (asked, target), centre_on(open_log, bank=target, patience=3600) as desk:
        desk.site.phones["A1"].on_ring = OnRing.RINGS
        desk.site.caller.call("95588")
        await desk.sign_in("A1")
        await desk.site.until(lambda state: state.agents["A1"].reservation != "")
        (call,) = (await desk.site.state()).calls
        request = calls.GetScreenPopRequest(context=context("A1"), name=f"calls/{call}")
        shown = asyncio.ensure_future(desk.calls.GetScreenPop(request, timeout=3600))
        await asked.wait()
        desk.site.phones["A1"].answer()
        await desk.site.talking(desk.site.caller, desk.site.phones["A1"])
        assert not shown.done()
        shown.cancel()


async def test_earlier_calls_of_the_number_come_the_last_first(desk: Centre) -> None:
    await desk.sign_in("A1")
    names = []
    for number in (CALLER, "13900139000", CALLER, CALLER):
        caller = desk.site.soft.outside(number)
        caller.call("95588")
        await desk.site.talking(caller, desk.site.phones["A1"])
        (call,) = (await desk.site.state()).calls
        names.append(f"calls/{call}")
        if len(names) < 4:
            caller.hang_up()
            await desk.site.until(lambda state: not state.calls)
            finish = agents.FinishWorkRequest(context=context("A1"), agent="agents/A1")
            await desk.ask(desk.agents.FinishWork(finish))
    shown = await pop(desk, names[3])
    assert [each.call for each in shown.earlier_calls] == [names[2], names[0]]
    assert all(each.HasField("end_time") for each in shown.earlier_calls)


async def test_a_telephone_of_our_own_is_internal(desk: Centre) -> None:
    await desk.sign_in("A1")
    await desk.sign_in("L1")
    desk.site.phones["L1"].call("95588")
    await desk.site.talking(desk.site.phones["L1"], desk.site.phones["A1"])
    (call,) = (await desk.site.state()).calls
    shown = await pop(desk, f"calls/{call}")
    assert (shown.category, list(shown.missing_parts)) == (calls.CALLER_CATEGORY_INTERNAL, [])


@pytest.mark.parametrize("method", ["GetScreenPop", "GetCallGrant"])
@pytest.mark.parametrize(
    ("agent", "name", "refused"),
    [
        ("A1", "calls/main-99", ("NO_SUCH_CALL", grpc.StatusCode.NOT_FOUND)),
        ("A1", "main-1", ("INVALID_REQUEST", grpc.StatusCode.INVALID_ARGUMENT)),
        ("A1", "", ("INVALID_REQUEST", grpc.StatusCode.INVALID_ARGUMENT)),
        ("", "calls/main-1", ("INVALID_REQUEST", grpc.StatusCode.INVALID_ARGUMENT)),
        ("nobody", "calls/main-1", ("STAFF_UNKNOWN", grpc.StatusCode.PERMISSION_DENIED)),
        ("A2", "calls/main-1", ("NOT_IN_CALL", grpc.StatusCode.FAILED_PRECONDITION)),
    ],
)
async def test_wrong_questions(
    desk: Centre, method: str, agent: str, name: str, refused: tuple[str, grpc.StatusCode]
) -> None:
    await desk.sign_in("A1")
    assert (await desk.call()).name == "calls/main-1"
    request: type[Any] = {"GetScreenPop": calls.GetScreenPopRequest, "GetCallGrant": calls.GetCallGrantRequest}[method]
    asked: Awaitable[Any] = getattr(desk.calls, method)(request(context=context(agent), name=name))
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await desk.ask(asked)
    metadata: Any = failure.value.trailing_metadata()
    info = ErrorInfo()
    Status.FromString(dict(metadata)["grpc-status-details-bin"]).details[0].Unpack(info)
    assert (info.reason, failure.value.code()) == refused
