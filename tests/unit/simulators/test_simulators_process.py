"""The simulated bank as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from urllib.request import urlopen

import pytest


@pytest.fixture
def process(unused_tcp_port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tellerline.simulators", "--customers", "3", "--port", f"core={unused_tcp_port}"]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ})
    yield started
    started.kill()
    started.wait()


def test_says_where_it_listens_and_ends_when_told(process: subprocess.Popen[str], unused_tcp_port: int) -> None:
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert ready["ready"] is True
    assert ready["core"] == f"http://127.0.0.1:{unused_tcp_port}/core"
    assert {name: ready[name] for name in ("billing", "credit")} == {"billing": False, "credit": False}
    with urlopen(f"{ready['admin']}/status") as response:
        hosts = json.load(response)["hosts"]
    assert set(hosts) == set(ready) - {"ready", "admin"}
    assert hosts["core"]["url"] == ready["core"]
    with urlopen(f"{ready['core']}?wsdl") as response:
        assert ready["core"].encode() in response.read()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_a_port_for_nobody_is_an_error() -> None:
    command = [sys.executable, "-m", "tellerline.simulators", "--customers", "0", "--port", "nobody=1"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "no host nobody; there are: core, " in ended.stderr
