"""A front in a process of its own: ``python front_process.py NAME`` prints its port and drains on SIGTERM.

On SIGUSR1 its probe lets those go that hold their answer.
"""

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
    for signum, event in ((signal.SIGTERM, stop), (signal.SIGUSR1, probe.released)):
        asyncio.get_running_loop().add_signal_handler(signum, event.set)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await stop.wait()
    await front.drain(60.0)


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
