"""One gateway in a process of its own: ``python -m tellerline.cli.system.gateway_process SETTINGS.toml``.

Prints one JSON line (``target``, ``http``, ``atm``, ``metrics``, ``pid``; a door that is shut is empty) when it serves;
logs go to standard error. SIGTERM or SIGINT drains it: running calls end, batches are written, exit code 0. SIGHUP
reads routing rules, calendars and access policy anew.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import orjson
import uvloop

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.cli.system.node import build_node, reload_on_signal
from tellerline.gateway.settings import GatewaySettings


async def serve(settings: GatewaySettings) -> None:
    """Serve until told to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    node = build_node(settings, clock=SystemClock(), randomness=SystemRandomness(), log_descriptor=sys.stderr.fileno())
    await node.start()
    reload_on_signal(node)
    ready = {
        "target": node.target,
        "http": node.http_url,
        "atm": node.atm_target,
        "metrics": node.metrics_url,
        "pid": os.getpid(),
    }
    sys.stdout.write(orjson.dumps(ready).decode() + "\n")
    sys.stdout.flush()
    await stop.wait()
    await node.stop()


if __name__ == "__main__":
    uvloop.run(serve(GatewaySettings.load(Path(sys.argv[1]))))
