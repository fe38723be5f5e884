"""A bounded load over gRPC from a process of its own: ``python -m tellerline.bench.load``.

Reads one JSON order per line from standard input (``{"target", "method", "bodies", "connections", "streams"}``, where
``bodies`` is a file of length-prefixed request messages, each sent once), answers each with one JSON line.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import orjson
import uvloop


def write_bodies(path: Path, bodies: Iterator[bytes]) -> int:
    """Write request messages in the order's format; returns how many."""
    count = 0
    with path.open("wb") as file:
        for body in bodies:
            file.write(len(body).to_bytes(4, "big") + body)
            count += 1
    return count


def read_bodies(path: Path) -> list[bytes]:
    data, position, bodies = path.read_bytes(), 0, []
    while position < len(data):
        size = int.from_bytes(data[position : position + 4], "big")
        bodies.append(data[position + 4 : position + 4 + size])
        position += 4 + size
    return bodies


async def drive(target: str, method: str, bodies: list[bytes], connections: int, streams: int) -> dict[str, object]:
    """Send every body once, ``connections`` x ``streams`` at a time; counts what did not end with OK."""
    waiting = iter(bodies)
    codes: dict[str, int] = {}

    async def worker(call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]) -> None:
        for body in waiting:
            try:
                await call(body, timeout=30)
            except grpc.aio.AioRpcError as error:
                codes[error.code().name] = codes.get(error.code().name, 0) + 1

    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.aio.insecure_channel(target, options=options) for _ in range(connections)]
    await asyncio.gather(*(channel.channel_ready() for channel in channels))
    calls = [channel.unary_unary(method, None, None) for channel in channels]
    started = time.perf_counter()
    await asyncio.gather(*(worker(call) for call in calls for _ in range(streams)))
    seconds = time.perf_counter() - started
    await asyncio.gather(*(channel.close(None) for channel in channels))
    return {"requests": len(bodies), "failed": sum(codes.values()), "codes": codes, "seconds": seconds}


async def serve_orders() -> None:
    while line := await asyncio.to_thread(sys.stdin.buffer.readline):
        order = orjson.loads(line)
        answer = await drive(
            order["target"], order["method"], read_bodies(Path(order["bodies"])), order["connections"], order["streams"]
        )
        sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(serve_orders())
