"""A front in a process of its own: ``python front_process.py NAME`` prints its port and drains on SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import sys

import uvloop
from front_probe import Probe, build_front

from tellerline.gateway.channels.grpc import FrontSettings


async def serve(name: str) -> None:
    probe, stop = Probe(), asyncio.Event()
    front = build_front(name, probe, FrontSettings())
    port = await front.start()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await stop.wait()
    await front.drain(10.0)
    sys.stdout.write(" ".join(probe.seen) + "\n")


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
