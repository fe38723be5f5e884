"""An hour's requests on one front: ``python -m tellerline.bench.soak --front connect --requests 360000``.

100 requests a second for an hour, sent as fast as they are answered. Reports errors, latency, CPU and memory by tenth.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator

import uvloop

from tellerline.bench.echo_load import EchoServer, Outcome, load
from tellerline.bench.echo_server import FRONTS

_PARTS = 10
_WARM_UP = 5000


async def soak(server: EchoServer, requests: int, concurrency: int) -> AsyncIterator[tuple[Outcome, float]]:
    """After a warm-up, each tenth's outcome and the server's memory in MiB after it."""
    await load(server, min(_WARM_UP, requests), concurrency)
    for _ in range(_PARTS):
        outcome = await load(server, requests // _PARTS, concurrency)
        yield outcome, server.memory_mib()


def line(part: int, outcome: Outcome, memory: float) -> str:
    half, most, worst = (outcome.percentile(share) for share in (0.5, 0.99, 1.0))
    counts = f"{part:4d} {outcome.requests:9d} {outcome.errors.total():7d} {outcome.cpu_per_request:7.0f}"
    rate = outcome.requests / outcome.elapsed
    return f"{counts} {half:7.2f} {most:7.2f} {worst:7.1f} {rate:6.0f} {memory:11.1f}\n"


async def run(front: str, requests: int, concurrency: int) -> int:
    """Print the report; returns 1 when any request failed."""
    failed = 0
    with EchoServer(front) as server:
        sys.stdout.write(f"{front}: {requests} requests, {concurrency} at a time\n")
        sys.stdout.write("part  requests  errors  cpu us  p50 ms  p99 ms  max ms  req/s  memory MiB\n")
        part = 0
        async for outcome, memory in soak(server, requests, concurrency):
            part += 1
            failed += outcome.errors.total()
            sys.stdout.write(line(part, outcome, memory))
            sys.stdout.flush()
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--front", choices=FRONTS, default="connect")
    parser.add_argument("--requests", type=int, default=360_000)
    parser.add_argument("--concurrency", type=int, default=50)
    chosen = parser.parse_args()
    return uvloop.run(run(chosen.front, chosen.requests, chosen.concurrency))


if __name__ == "__main__":
    sys.exit(main())
