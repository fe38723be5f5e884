"""Whatever stands in a request, it is carried out or refused by a code; nothing in it ends a call otherwise."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from google.protobuf.descriptor import ServiceDescriptor
from hostile_messages import hostile, reason_of
from site_services import Centre, centre, context

from tellerline.callcenter.services.agents import SERVICE as AGENTS
from tellerline.callcenter.services.calls import SERVICE as CALLS
from tellerline.callcenter.services.queues import SERVICE as QUEUES
from tellerline.callcenter.services.refusals import SAID
from tellerline.callcenter.site.invariants import check

USUAL = {
    "context": context("A1"),
    "agent": "agents/A1",
    "call": "calls/main-1",
    "name": "calls/main-1",
    "parent": "calls/main-1",
    "queue": "queues/personal",
    "cause": "LUNCH",
    "telephone": "1001",
    "number": "13800138000",
    "flow": "main-menu",
    "reservation": "main-o1",
    "entries": {"topic": "cards"},
    "target": 1,
    "purpose": 1,
    "supervision": 1,
}


async def answered(desk: Centre, stub: Any, method: str, request: Any, *, streams: bool) -> str:
    """The code of the refusal; empty where there is none."""
    call = getattr(stub, method)(request)
    try:
        await (_first_piece(desk, call) if streams else desk.ask(call))
    except grpc.aio.AioRpcError as failure:
        return reason_of(failure) or f"no code: {failure.code()} {failure.details()}"
    return ""


async def _first_piece(desk: Centre, call: Any) -> None:
    """Of a stream that may have nothing to tell yet."""
    piece = asyncio.ensure_future(anext(aiter(call)))
    for _ in range(10):
        await desk.site.pass_time(0.05)
        if piece.done():
            await piece
            return
    call.cancel()
    await asyncio.gather(piece, return_exceptions=True)


@pytest.mark.parametrize("service", [AGENTS, CALLS, QUEUES], ids=lambda service: str(service.name))
async def test_hostile_requests_are_refused_by_a_code(tmp_path: Path, service: ServiceDescriptor) -> None:
    wrong = []
    async with centre(tmp_path) as desk:
        await desk.sign_in("A1")
        await desk.call()
        stub = next(each for each in (desk.agents, desk.calls, desk.queues) if hasattr(each, service.methods[0].name))
        for method in service.methods:
            for place, request in hostile(method, USUAL):
                code = await answered(desk, stub, method.name, request, streams=method.server_streaming)
                if code and code not in SAID:
                    wrong.append((place, code))
        assert wrong == []
        assert check(await desk.site.state()) == []
