"""A host on a queue that only answers enquiries: its simulator, its connector, and a broker of either kind between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from host_bench import EnquiryBench

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.adapters.mq.memory import MemoryBroker
from tellerline.connectors.discovery import HostFolder, connect_host
from tellerline.connectors.transports import Endpoint
from tellerline.routing.model.command import Command
from tellerline.routing.model.outcome import Result
from tellerline.simulators.discovery import HostBuilder
from tellerline.simulators.hosting.calendar import BankCalendar
from tellerline.simulators.hosting.host import BankParts, SimulatedHost
from tellerline.simulators.queues import memory_queues, rabbitmq_queues


@dataclass(kw_only=True)
class RecordBench(EnquiryBench):
    """``simulator`` can be told to fail."""

    simulator: SimulatedHost


@asynccontextmanager
async def record_bench(
    folder: HostFolder, build: HostBuilder, examples: Mapping[str, tuple[Command, type[Result]]], amqp: str = ""
) -> AsyncIterator[RecordBench]:
    """On RabbitMQ at ``amqp``, on a broker in the process if that is empty."""
    clock = SystemClock()
    broker = None if amqp else MemoryBroker(clock)
    queues = memory_queues(broker) if broker else rabbitmq_queues(amqp, clock)
    parts = BankParts(
        clock=clock, calendar=BankCalendar(clock), randomness=SeededRandomness(1), queues=queues, hosts={}
    )
    simulator = build(parts)
    await simulator.start("", 0)
    host = connect_host(folder, Endpoint(url=amqp, broker=broker), clock)
    await host.start(lambda _: None)
    try:
        yield RecordBench(host=host, clock=clock, examples=examples, simulator=simulator)
    finally:
        await host.close()
        await simulator.close()


def captured(folder: HostFolder, operation: str) -> tuple[bytes, bytes]:
    """The folder's sample of a request and of its reply."""
    request, reply = (folder.path / "samples" / f"{operation}.{side}.dat" for side in ("request", "reply"))
    return request.read_bytes(), reply.read_bytes()
