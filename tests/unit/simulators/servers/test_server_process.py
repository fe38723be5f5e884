"""A server's process: watched while it starts, ended with its children, never left behind."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event

import psutil
import pytest

from tellerline.adapters.clock import SeededRandomness
from tellerline.simulators.servers.errors import ServerFailedError
from tellerline.simulators.servers.ports import free_port, hold_port
from tellerline.simulators.servers.process import ServerProcess

_ORPHANED = """
import os, sys, pathlib
from tellerline.simulators.servers.process import ServerProcess
folder = pathlib.Path(sys.argv[1])
server = ServerProcess(["sleep", "600"], directory=folder, log=folder / "log")
print(server.pid, flush=True)
os._exit(1)
"""


def _serve(folder: Path, script: str) -> ServerProcess:
    return ServerProcess(["/bin/sh", "-c", script], directory=folder, log=folder / "log")


def test_an_early_end_is_told_with_the_log(tmp_path: Path) -> None:
    process = _serve(tmp_path, "echo no licence; exit 3")
    with pytest.raises(ServerFailedError, match=r"ended with 3 while starting\nno licence"):
        process.wait_until(lambda: False, 60)
    process.kill()


def test_a_server_that_is_never_ready_is_killed(tmp_path: Path) -> None:
    process = _serve(tmp_path, "sleep 600")
    with pytest.raises(ServerFailedError, match=r"not ready after 0\.2 s"):
        process.wait_until(lambda: False, 0.2)
    assert not process.running


def test_kill_takes_the_children_along(tmp_path: Path) -> None:
    process = _serve(tmp_path, "sleep 600 & echo started; wait")
    process.wait_until(lambda: "started" in (tmp_path / "log").read_text(), 60)
    children = psutil.Process(process.pid).children()
    process.kill()
    assert [child.pid for child in children if _alive(child)] == []


def test_a_dead_parent_takes_its_server_along(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ORPHANED, str(tmp_path)], capture_output=True, text=True, check=False, timeout=120
    )
    with suppress(psutil.NoSuchProcess):
        orphan = psutil.Process(int(done.stdout))
        for _ in range(6_000):
            if not _alive(orphan):
                return
            Event().wait(0.01)
        pytest.fail("it lives on")


def test_ports_lie_below_those_of_outgoing_connections() -> None:
    lowest_ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert free_port() < lowest_ephemeral


def test_a_held_port_is_shared_by_its_listeners_alone() -> None:
    with hold_port("127.0.0.1", randomness=SeededRandomness(1)) as held:
        place = held.getsockname()
        with hold_port("127.0.0.1", randomness=SeededRandomness(1)) as other:
            assert other.getsockname() != place
        with pytest.raises(OSError, match="in use"):
            socket.create_server(place)
        listeners = [socket.create_server(place, reuse_port=True) for _ in range(2)]
    with pytest.raises(OSError, match="in use"):
        hold_port(*place)
    for listener in listeners:
        listener.close()
    with hold_port(*place) as given, pytest.raises(OSError, match="in use"):
        hold_port(*given.getsockname())


def _alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
