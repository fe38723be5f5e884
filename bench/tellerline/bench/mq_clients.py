"""What a round trip over RabbitMQ costs the client, by client: ``python -m tellerline.bench.mq_clients [--json]``.

Starts a private broker and a host that answers with what it is asked, each in a process of its own. The clients take
turns in this process; each turn's CPU time is this process's own.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import multiprocessing
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import aio_pika
import pika
import uvloop
from pika.adapters.asyncio_connection import AsyncioConnection

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.exchange import Fate, WireRequest
from tellerline.adapters.mq.envelope import CONTENT_TYPE
from tellerline.adapters.mq.listener import InboundRequest
from tellerline.adapters.mq.rabbitmq import RabbitListener, RabbitTransport
from tellerline.bench.measure import Figure, Round, figure
from tellerline.simulators.servers import RabbitmqServer

QUEUE = "bench.echo"
BODY = b"0" * 230
REPLY_TO = "amq.rabbitmq.reply-to"
Once = Callable[[], Awaitable[object]]

_numbers = itertools.count()


async def _serve(url: str) -> None:
    async def answer(request: InboundRequest) -> None:
        request.reply(request.body)
        request.ack()

    listener = RabbitListener(url, QUEUE, SystemClock(), prefetch=500)
    await listener.start(answer)
    await asyncio.Event().wait()


def _host(url: str) -> None:
    uvloop.run(_serve(url))


async def bare_pika(url: str) -> Once:
    """Nothing but a dictionary of futures: no deadline, no expiry, no confirm, no return."""
    loop = asyncio.get_running_loop()
    opened: asyncio.Future[Any] = loop.create_future()
    waiting: dict[str, asyncio.Future[bytes]] = {}
    AsyncioConnection(
        pika.URLParameters(url),
        on_open_callback=lambda connection: connection.channel(on_open_callback=opened.set_result),
        custom_ioloop=loop,
    )
    channel = await opened
    channel.basic_consume(
        REPLY_TO,
        lambda _c, _m, properties, body: waiting.pop(properties.correlation_id).set_result(body),
        auto_ack=True,
    )

    async def once() -> object:
        correlation = str(next(_numbers))
        waiting[correlation] = future = loop.create_future()
        properties = pika.BasicProperties(
            content_type=CONTENT_TYPE, correlation_id=correlation, reply_to=REPLY_TO, type="ECHO"
        )
        channel.basic_publish("", QUEUE, BODY, properties)
        return await future

    return once


async def aio_pika_rpc(url: str) -> Once:
    """The same over aio-pika, written as its manual does."""
    loop = asyncio.get_running_loop()
    connection = await aio_pika.connect_robust(url)
    channel = await connection.channel()
    replies = await channel.get_queue(REPLY_TO, ensure=False)
    waiting: dict[str, asyncio.Future[bytes]] = {}

    async def on_reply(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        waiting.pop(message.correlation_id or "").set_result(message.body)

    await replies.consume(on_reply, no_ack=True)

    async def once() -> object:
        correlation = str(next(_numbers))
        waiting[correlation] = future = loop.create_future()
        message = aio_pika.Message(
            BODY, content_type=CONTENT_TYPE, correlation_id=correlation, reply_to=REPLY_TO, type="ECHO"
        )
        await channel.default_exchange.publish(message, routing_key=QUEUE)
        return await future

    return once


async def ours(url: str, *, durable: bool) -> Once:
    clock = SystemClock()
    transport = RabbitTransport(url, QUEUE, clock, SystemRandomness(), lambda _: None)
    await transport.start()

    async def once() -> object:
        request = WireRequest(body=BODY, operation="ECHO", correlation=str(next(_numbers)), durable=durable)
        exchanged = await transport.exchange(request, clock.monotonic() + 20)
        if exchanged.fate is not Fate.REPLIED:
            raise RuntimeError(exchanged.reason)
        return exchanged

    return once


async def _round(once: Once, requests: int, concurrency: int) -> Round:
    async def worker() -> None:
        for _ in range(requests // concurrency):
            await once()

    start, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(concurrency)))
    seconds, spent = time.perf_counter() - start, time.process_time() - cpu
    return Round(requests=requests, failed=0, cpu_us=spent / requests * 1e6, seconds=seconds)


async def measure(url: str, rounds: int, requests: int, concurrency: int) -> dict[str, Figure]:
    """Every client's figure, rounds interleaved, the first of each thrown away."""
    clients = {
        "bare pika": await bare_pika(url),
        "tellerline enquiry": await ours(url, durable=False),
        "tellerline money": await ours(url, durable=True),
        "aio-pika": await aio_pika_rpc(url),
    }
    done: dict[str, list[Round]] = {name: [] for name in clients}
    for turn in range(rounds + 1):
        for name, once in clients.items():
            one = await _round(once, requests, concurrency)
            if turn:
                done[name].append(one)
    return {name: figure(each) for name, each in done.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--concurrency", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with RabbitmqServer() as server:
        host = multiprocessing.get_context("spawn").Process(target=_host, args=(server.url,), daemon=True)
        host.start()
        try:
            work = _until_served(server.url, options.rounds, options.requests, options.concurrency)
            figures = uvloop.run(work)
        finally:
            host.terminate()
            host.join()
    _report(figures, as_json=options.json)


async def _until_served(url: str, rounds: int, requests: int, concurrency: int) -> dict[str, Figure]:
    once = await ours(url, durable=False)
    while True:
        try:
            await once()
            return await measure(url, rounds, requests, concurrency)
        except RuntimeError:
            await asyncio.sleep(0.1)


def _report(figures: dict[str, Figure], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({name: asdict(each) for name, each in figures.items()}) + "\n")
        return
    for name, each in figures.items():
        spread = f"({each.cpu_us_low:.0f} to {each.cpu_us_high:.0f})"
        sys.stdout.write(f"{name:20} {each.cpu_us:6.1f} CPU us {spread:14} {each.per_second:8.0f}/s\n")


if __name__ == "__main__":
    main()
