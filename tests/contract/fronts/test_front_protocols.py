"""gRPC-Web, Connect and JSON on the connect front's port, over HTTP/1.1, with the same answers and limits."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from front_fixtures import Running, Serve, eventually
from front_probe import NAME, SECRET
from front_raw import RawClient, frame
from google.protobuf.wrappers_pb2 import Int32Value, StringValue
from google.rpc.error_details_pb2 import ErrorInfo

from tellerline.gateway.errors import describe
from tellerline.routing.model.codes import Code

JSON = {"content-type": "application/json"}


@pytest.fixture
async def running(serve_front: Serve) -> Running:
    return await serve_front("connect")


@pytest.fixture
async def web(running: Running) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{running.port}/{NAME}/") as session:
        yield session


async def ask(web: aiohttp.ClientSession, method: str, body: str, **headers: str) -> tuple[int, Any]:
    async with web.post(method, data=body, headers={**JSON, **headers}) as response:
        return response.status, await response.json()


def reason(answer: Any) -> str:
    value = next(detail["value"] for detail in answer["details"] if detail["type"] == "google.rpc.ErrorInfo")
    return str(ErrorInfo.FromString(base64.b64decode(value + "==")).reason)


async def test_json_in_json_out(web: aiohttp.ClientSession) -> None:
    assert await ask(web, "Echo", '"余额"') == (200, "余额")


async def test_a_refusal_in_json(web: aiohttp.ClientSession) -> None:
    status, answer = await ask(web, "Refuse", '"INVALID_REQUEST"')
    assert (status, answer["code"]) == (400, "invalid_argument")
    assert answer["message"] == describe(Code.INVALID_REQUEST).en
    assert reason(answer) == "INVALID_REQUEST"


async def test_exception_text_never_leaves_in_json(web: aiohttp.ClientSession) -> None:
    async with web.post("Crash", data='"x"', headers=JSON) as response:
        text = await response.text()
    assert response.status == 500
    assert SECRET not in text
    assert "RuntimeError" not in text


@pytest.mark.parametrize("body", ['{"no', "[1]", "\xff", '{"value": "x", "extra": 1}'])
async def test_what_is_not_the_requests_json_is_refused_without_echoing_it(
    web: aiohttp.ClientSession, body: str
) -> None:
    status, answer = await ask(web, "Echo", body)
    assert (status, reason(answer)) == (400, "INVALID_REQUEST")


async def test_the_callers_and_the_servers_deadline_hold(serve_front: Serve) -> None:
    running = await serve_front("connect", default_deadline=0.2, maximum_deadline=0.2)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{running.port}/{NAME}/") as web:
        for headers in ({}, {"connect-timeout-ms": "100"}, {"connect-timeout-ms": "99999"}):
            status, answer = await ask(web, "Sleep", "5", **headers)
            assert (status, reason(answer)) == (504, "DEADLINE_EXCEEDED")
        assert (await ask(web, "Echo", '"x"', **{"connect-timeout-ms": "soon"}))[0] == 400


async def test_limits_hold_in_json(web: aiohttp.ClientSession) -> None:
    status, answer = await ask(web, "Echo", '"x"', **{"x-large": "y" * 8000, "x-more": "y" * 200})
    assert (status, reason(answer)) == (429, "REQUEST_TOO_LARGE")
    status, answer = await ask(web, "Echo", '"' + "x" * (5 << 20) + '"')
    assert (status, answer["code"]) == (429, "resource_exhausted")


async def test_a_client_that_leaves_cancels_the_handler(running: Running) -> None:
    """Over HTTP/2; over HTTP/1.1 h2corn does not read while it owes an answer, and the deadline ends the handler."""

    def leave() -> None:
        client = RawClient(running.port)
        stream = client.session.send_request(client.headers("Sleep", {"content-type": "application/json"}))
        client.session.send_data(stream, b"20", end_stream=True)
        client.flush()
        started.wait(30)
        client.close()

    started = threading.Event()
    leaving = asyncio.create_task(asyncio.to_thread(leave))
    await eventually(lambda: running.probe.seen == ["started"])
    started.set()
    await leaving
    await eventually(lambda: running.probe.seen == ["started", "cancelled"])


async def test_an_unknown_method_is_not_found_and_get_is_not_offered(web: aiohttp.ClientSession) -> None:
    async with web.post("Nothing", data='"x"', headers=JSON) as response:
        assert response.status == 404
    async with web.get("Echo", params={"encoding": "json", "message": '"x"'}) as response:
        assert response.status == 405


async def test_grpc_web_brings_message_and_trailers(web: aiohttp.ClientSession) -> None:
    headers = {"content-type": "application/grpc-web+proto"}
    async with web.post("Echo", data=frame(StringValue(value="hi")), headers=headers) as response:
        body = await response.read()
    assert body.startswith(frame(StringValue(value="hi")))
    assert b"grpc-status: 0" in body
    async with web.post("Refuse", data=frame(StringValue(value="OVERLOADED")), headers=headers) as response:
        body = await response.read()
    assert b"grpc-status: 14" in body
    assert b"grpc-status-details-bin" in body


async def test_grpc_web_streams(web: aiohttp.ClientSession) -> None:
    headers = {"content-type": "application/grpc-web+proto"}
    async with web.post("Count", data=frame(Int32Value(value=3)), headers=headers) as response:
        body = await response.read()
    assert body.startswith(b"".join(frame(StringValue(value=str(number))) for number in range(3)))
