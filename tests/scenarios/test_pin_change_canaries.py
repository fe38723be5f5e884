"""Canaries: neither the old nor the new PIN of a change is in anything that is kept, said or measured."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from gateway_world import World, make_world, registered
from google.protobuf.message import Message
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from plan_bench import PlanBench, make_bench
from wired_host import WireFault

from tellerline.api.common.v1.context_pb2 import CHANNEL_IVR, RequestContext
from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.gateway.errors.status import refusal_status
from tellerline.gateway.journal.records import Customer
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.settings import GatewaySettings
from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.customers import ChangePin
from tellerline.simulators.hosting.dayfile import day_file
from tellerline.simulators.population import PIN

NEW, WRONG = "915264", "735192"
CHANGED = {None: True, WireFault.LOST_REPLY: True, WireFault.LOST_REQUEST: False, WireFault.REFUSED: False}
"""Whether the host's PIN is the new one after an exchange with that fault."""
NAME = "customers/C1/accounts/1"


def in_any_form(pin: str) -> set[bytes]:
    digest = hashlib.sha256(pin.encode())
    return {pin.encode(), digest.digest(), digest.hexdigest().encode()}


async def open_for(bench: PlanBench, folder: Path, exporter: InMemorySpanExporter) -> World:
    settings = GatewaySettings.model_validate(
        {"instance": "gateway", "sweep_seconds": 1.0, "telemetry": {"trace_ratio": 1.0, "log_level": "debug"}}
    )
    world = make_world(
        folder,
        host=bench.hosts["core"],  # type: ignore[arg-type]
        policy=bench.policies["core"],
        clock=bench.clock,
        settings=settings,
        exporter=exporter,
    )
    await world.run(world.gateway.start())
    customer = Customer(number="C1", name="测试", identity_document="1", tier="vip", registered_at=bench.clock.now())
    await world.store.registry.add_customer(customer)
    await world.store.registry.add_account(registered(bench.payer))
    return world


def change_pin_of(world: World) -> Callable[..., Awaitable[Message]]:
    (method,) = (each for service in world.gateway.services for each in service.methods if each.name == "ChangePin")
    assert method.unary is not None
    return method.unary


async def change(world: World, serial: str, old: str, new: str) -> bytes:
    """What the caller gets, refusals as they go over the wire."""
    context = RequestContext(channel=CHANNEL_IVR, channel_serial=serial, customer="customers/C1", call="call-1")
    request: Any = pb.ChangePinRequest(context=context, name=NAME, old_pin=old, new_pin=new)
    handler = change_pin_of(world)
    try:
        reply: bytes = (await world.run(_sent(handler(request, world.call())))).SerializeToString()
    except RefusalError as refusal:
        status = refusal_status(refusal.code, metadata=refusal.metadata, violations=refusal.violations)
        return bytes(status.SerializeToString()) + repr(refusal).encode()
    return reply


async def _sent(reply: Awaitable[Message]) -> Message:
    return await reply


async def everything_that_can_happen(bench: PlanBench, world: World) -> list[bytes]:
    """Wrong, too simple, changed, refused, lost, asked again, and pursued until it is over or with people."""
    said = [await change(world, "P-wrong", WRONG, NEW), await change(world, "P-short", PIN, NEW[:5])]
    now, then = PIN, NEW
    for number, (fault, changed) in enumerate(CHANGED.items()):

        def struck(command: Command, _call: HostCall, fault: WireFault | None = fault) -> WireFault | None:
            return fault if isinstance(command, ChangePin) else None

        bench.strike(struck)
        said += [await change(world, f"P{number}", now, then) for _ in range(2)]
        await world.pass_time(60)
        now, then = (then, now) if changed else (now, then)
    assert said[2] == said[3], "done once, answered twice"
    return said


def files_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


async def test_the_canaries_of_a_pin_change_do_not_sing(tmp_path: Path) -> None:
    bench, exporter = make_bench(), InMemorySpanExporter()
    world = await open_for(bench, tmp_path, exporter)
    said = await everything_that_can_happen(bench, world)
    received = [command for command, _ in bench.hosts["core"].received if isinstance(command, ChangePin)]
    assert {command.new_pin for command in received} == {PIN, NEW}
    metrics = world.gateway.metrics.exposition()[0]
    await world.run(world.gateway.close())
    world.close_log()
    core = bench.bank.host("core")
    spans = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "customers.ChangePin" in spans
    day = day_file(core, bench.bank.calendar.accounting_date(), bench.bank.calendar)
    assert "ChangePin" in day
    kept = {
        "answers and errors": b"".join(said),
        "metrics": metrics,
        "trace": spans.encode(),
        "day file": day.encode(),
        "commands in words": repr(received).encode(),
        **files_in(tmp_path),
    }
    assert b"ChangePin" in kept["journal.db"] + kept.get("journal.db-wal", b"")
    assert kept["gateway.log"].count(b"ChangePin") > 4
    for pin in (PIN, NEW, WRONG):
        singing = [name for name, content in kept.items() if any(form in content for form in in_any_form(pin))]
        assert singing == [], pin
