"""The simulated bank as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tellerline.adapters.clock import SystemClock
from tellerline.cli.system.node import message_security
from tellerline.connectors.discovery import connect_host, discover
from tellerline.connectors.transports import Endpoint
from tellerline.gateway.settings import HostSettings
from tellerline.routing.model.command import HostCall
from tellerline.routing.model.corporate import CompanyDescription, DescribeCompany
from tellerline.routing.model.outcome import Done, Result
from tellerline.simulators.corporate.population import MAGIC_COMPANY, credit_code
from tellerline.simulators.servers.ports import free_port


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def process(port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tellerline.simulators", "--customers", "3", "--port", f"core={port}"]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ})
    yield started
    started.kill()
    started.wait()


def test_says_where_it_listens_and_ends_when_told(process: subprocess.Popen[str], port: int) -> None:
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert ready["ready"] is True
    assert ready["core"] == f"http://127.0.0.1:{port}/core"
    assert {name: ready[name] for name in ("billing", "credit")} == {"billing": False, "credit": False}
    with urlopen(f"{ready['admin']}/status") as response:
        hosts = json.load(response)["hosts"]
    assert set(hosts) == set(ready) - {"ready", "admin"}
    assert hosts["core"]["url"] == ready["core"]
    with urlopen(f"{ready['core']}?wsdl") as response:
        assert ready["core"].encode() in response.read()
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def test_writes_what_a_client_of_a_signing_host_needs(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "keys"
    command = [sys.executable, "-m", "tellerline.simulators", "--customers", "3", "--keys", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        try:
            files = ready["keys"]["corporate"]
            assert {Path(file).stat().st_mode & 0o777 for file in files.values()} == {0o600}
            described = asyncio.run(magic_company({"url": ready["corporate"], **files}))
        finally:
            process.terminate()
    assert isinstance(described, CompanyDescription)
    assert described.company == MAGIC_COMPANY


async def magic_company(settings: dict[str, str]) -> Result:
    """Asked as a gateway with these settings asks."""
    host = HostSettings.model_validate(settings)
    endpoint = Endpoint(url=host.url, security=message_security(host))
    (folder,) = (each for each in discover() if each.name == "corporate")
    connected = connect_host(folder, endpoint, SystemClock())
    await connected.start(lambda _: None)
    try:
        command = DescribeCompany(company=MAGIC_COMPANY, credit_code=credit_code(99_999_999))
        now = SystemClock().now().isoformat()
        call = HostCall(reference="KEYS1", channel="COUNTER", accepted_at=now)
        answer = await connected.execute(command, call, SystemClock().monotonic() + 60)
    finally:
        await connected.close()
    assert isinstance(answer.outcome, Done), answer
    return answer.outcome.result


def test_a_port_for_nobody_is_an_error() -> None:
    command = [sys.executable, "-m", "tellerline.simulators", "--customers", "0", "--port", "nobody=1"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert ended.returncode == 1
    assert "no host nobody; there are: core, " in ended.stderr
