"""One trace from the channel to the host, for enquiries and for work that outlives its caller."""

from __future__ import annotations

from pathlib import Path

import pytest
from gateway_world import ACCOUNT, World, make_world
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tellerline.adapters.telemetry import TRACEPARENT
from tellerline.routing.model.accounts import GetBalance

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.mark.parametrize("durable", [False, True])
async def test_channel_gateway_and_host_share_a_trace(tmp_path: Path, durable: bool) -> None:
    exporter = InMemorySpanExporter()
    world = make_world(tmp_path, exporter=exporter)
    sent: list[str] = []
    world.host.fault_of = lambda _command, _call: sent.append(TRACEPARENT.get())
    await world.run(world.gateway.start())
    request = world.transfer() if durable else world.request(GetBalance(account=ACCOUNT))
    settled = await world.run(world.gateway.pipeline.run(request, world.call(metadata={"traceparent": PARENT})))
    assert (await world.record(settled.global_serial)).trace == TRACE
    await close(world)
    [inner, outer] = exporter.get_finished_spans()
    assert inner.parent is not None
    assert inner.parent.span_id == outer.context.span_id
    assert f"{outer.context.trace_id:032x}" == TRACE
    assert sent == [f"00-{TRACE}-{inner.context.span_id:016x}-01"]
    assert ACCOUNT not in inner.to_json() + outer.to_json()


async def close(world: World) -> None:
    await world.run(world.gateway.close())
    world.close_log()
