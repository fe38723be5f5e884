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
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tellerline.simulators", "--customers", "3"]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ})
    yield started
    started.kill()
    started.wait()


def test_says_where_it_listens_and_ends_when_told(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert ready["ready"] is True
    with urlopen(f"{ready['admin']}/status") as response:
        assert json.load(response)["hosts"]["core"]["url"] == ready["core"]
    with urlopen(f"{ready['core']}?wsdl") as response:
        assert ready["core"].encode() in response.read()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
