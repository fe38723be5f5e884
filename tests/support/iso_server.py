"""The ISO 8583 channel in a process of its own, on a platform in memory: ``python iso_server.py SETTINGS``.

``SETTINGS`` is JSON of the channel's settings. Prints one JSON line when it
serves; logs go to standard error. Ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from zoneinfo import ZoneInfo

import psutil
import uvloop
from iso_platform import MemoryBooks, MemoryRegistry, MemoryServices
from prometheus_client.parser import text_string_to_metric_families

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.memory import settle_memory
from tellerline.adapters.telemetry import LogWriter, Metrics, make_log
from tellerline.gateway.channels.iso8583.building import Ground, build_front
from tellerline.gateway.channels.iso8583.development import DevelopmentTerminal, make_terminals
from tellerline.gateway.channels.iso8583.settings import AtmSettings

ALARMS = ('"mac_wrong"', '"pin_block_unreadable"')


async def _serve(settings: AtmSettings) -> None:
    clock, metrics = SystemClock(), Metrics()
    ground = Ground(
        services=MemoryServices(clock).services(),
        registry=MemoryRegistry(clock),
        books=MemoryBooks(),
        clock=clock,
        randomness=SystemRandomness(),
        log=make_log(clock, LogWriter(sys.stderr.fileno()), level="error"),
        metrics=metrics,
        zone=ZoneInfo("Asia/Shanghai"),
    )
    front = build_front(settings, ground)
    port = await front.start()
    settle_memory()
    sys.stdout.write(json.dumps({"port": port, "metrics": metrics.serve("127.0.0.1", 0)}) + "\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await front.drain(1.0)


@dataclass(frozen=True)
class IsoServer:
    """One such process as its parent sees it."""

    target: str
    metrics: str
    keys: Path
    process: Popen[bytes]
    log: Path

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def memory(self) -> int:
        """Resident bytes."""
        resident: int = psutil.Process(self.process.pid).memory_info().rss
        return resident

    def counted(self, name: str) -> dict[str, float]:
        """A counter's values by its labels' values, joined with ``/``."""
        with urllib.request.urlopen(self.metrics, timeout=30) as answer:
            text = answer.read().decode()
        return {
            "/".join(sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == f"tellerline_{name}"
        }

    def errors(self) -> list[str]:
        """What it logged as an error; alarms of wrong MACs, and of PIN blocks that do not open, are none."""
        return [line for line in self.log.read_text().splitlines() if not any(alarm in line for alarm in ALARMS)]


@contextmanager
def iso_server(folder: Path, terminals: tuple[DevelopmentTerminal, ...], **settings: object) -> Iterator[IsoServer]:
    """It serves for as long as the block lasts."""
    made = make_terminals(folder / "keys", SystemRandomness(), terminals)
    said = json.loads(made.model_dump_json()) | settings
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    log = folder / "server.log"
    with (
        log.open("wb") as errors,
        Popen(
            [sys.executable, __file__, json.dumps(said)],
            stdin=PIPE,
            stdout=PIPE,
            stderr=errors,
            env=os.environ | {"PYTHONPATH": paths},
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            ready = json.loads(process.stdout.readline())
            yield IsoServer(f"127.0.0.1:{ready['port']}", ready["metrics"], folder / "keys", process, log)
        finally:
            process.stdin.close()
            process.wait(30)


if __name__ == "__main__":
    uvloop.run(_serve(AtmSettings.model_validate_json(sys.argv[1])))
