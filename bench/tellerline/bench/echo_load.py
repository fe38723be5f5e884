"""A server process to measure and the load on it, by real gRPC clients in this process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import grpc.aio
import psutil
from google.protobuf.wrappers_pb2 import StringValue

from tellerline.adapters.clock import SystemClock
from tellerline.bench.echo_server import SERVICE

_PAYLOAD = StringValue(value="6222 0202 0011 2230 " * 10)
_DEADLINE_S = 10.0
_MICRO = 1e6


class EchoServer:
    """``echo_server`` as a child process; use as a context manager."""

    def __init__(self, front: str) -> None:
        command = [sys.executable, "-m", "tellerline.bench.echo_server", front]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603 our own module
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self._watched = psutil.Process(self._process.pid)

    def __enter__(self) -> EchoServer:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.terminate()
        self._process.wait(30)

    def cpu_seconds(self) -> float:
        """User and system time of all its threads so far."""
        times = self._watched.cpu_times()
        return float(times.user + times.system)

    def memory_mib(self) -> float:
        return float(self._watched.memory_info().rss) / (1 << 20)


@dataclass
class Outcome:
    """Latencies in seconds of what was answered; errors by gRPC status; server CPU in seconds."""

    latencies: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    cpu: float = 0.0
    elapsed: float = 0.0

    @property
    def requests(self) -> int:
        return len(self.latencies) + self.errors.total()

    @property
    def cpu_per_request(self) -> float:
        """Microseconds."""
        return self.cpu / max(1, self.requests) * _MICRO

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


async def load(server: EchoServer, requests: int, concurrency: int, connections: int = 5) -> Outcome:
    """Send ``requests`` echoes, ``concurrency`` at a time, as fast as they are answered."""
    clock, outcome, left = SystemClock(), Outcome(), iter(range(requests))
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [
        grpc.aio.insecure_channel(f"127.0.0.1:{server.port}", options=options)
        for _ in range(min(connections, concurrency))
    ]
    stubs: list[Any] = [
        channel.unary_unary(f"/{SERVICE}/Echo", StringValue.SerializeToString, StringValue.FromString)
        for channel in channels
    ]

    async def worker(stub: Any) -> None:
        for _ in left:
            start = clock.monotonic()
            try:
                await stub(_PAYLOAD, timeout=_DEADLINE_S)
            except grpc.aio.AioRpcError as error:
                outcome.errors[error.code().name] += 1
            else:
                outcome.latencies.append(clock.monotonic() - start)

    cpu, start = server.cpu_seconds(), clock.monotonic()
    await asyncio.gather(*(worker(stubs[number % len(stubs)]) for number in range(concurrency)))
    outcome.cpu, outcome.elapsed = server.cpu_seconds() - cpu, clock.monotonic() - start
    for channel in channels:
        await channel.close(None)
    return outcome
