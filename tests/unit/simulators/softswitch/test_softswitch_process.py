"""The switch as a process of its own: calls outlive their controllers, and telephones are driven from afar."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.lines.tcp import tcp_connect
from tellerline.connectors.softswitch.switch import SoftswitchConnector
from tellerline.connectors.telephony.events import Offered, SwitchEvent
from tellerline.connectors.telephony.snapshot import LegState

CONTROLLER = """
import asyncio, sys
from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.lines.tcp import tcp_connect
from tellerline.connectors.softswitch.switch import SoftswitchConnector
from tellerline.connectors.telephony.events import Offered
from tellerline.connectors.telephony.switch import SecretPlan

async def main():
    told = asyncio.Queue()
    connect = tcp_connect("127.0.0.1", int(sys.argv[1]))
    switch = SoftswitchConnector(connect, SystemClock(), SystemRandomness())
    await switch.start(lambda event: told.put_nowait(event.leg) if isinstance(event, Offered) else None)
    print("started", flush=True)
    for number in range(30):
        leg = await told.get()
        if number >= 10:
            await switch.answer(leg)
        if 10 <= number < 20:
            await switch.collect_secret(f"c{number}", leg, SecretPlan(length=6), str.encode)
        if number >= 20:
            await switch.open_conversation(f"talk-{number}")
            await switch.join(f"talk-{number}", leg)
            await switch.record(f"r{number}", leg)
        print(leg, flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""
"""Offers ten calls to nobody, asks ten callers for a PIN and talks to ten; then it waits to be killed."""


class Remote:
    """The process, and its admin lines."""

    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.port = port
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def open(self, admin_port: int) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", admin_port)

    async def ask(self, do: str, **fields: object) -> dict[str, Any]:
        self._writer.write(json.dumps({"id": do, "do": do, **fields}).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await self._reader.readline())
        assert answer["id"] == do
        return answer

    def controller(self) -> SoftswitchConnector:
        return SoftswitchConnector(tcp_connect("127.0.0.1", self.port), SystemClock(), SystemRandomness())


@pytest.fixture
async def remote() -> AsyncIterator[Remote]:
    command = ["-m", "tellerline.simulators.softswitch", "--extension", "1001", "--on-ring", "ANSWERS"]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, "--clock-speed", "50", stdout=PIPE)
    assert process.stdout is not None
    ready = json.loads(await process.stdout.readline())
    assert ready["ready"] is True
    remote = Remote(process, ready["port"])
    await remote.open(ready["admin_port"])
    yield remote
    if process.returncode is None:
        process.kill()
    await process.wait()


async def test_calls_outlive_their_controller(remote: Remote) -> None:
    told: asyncio.Queue[SwitchEvent] = asyncio.Queue()
    first, second = remote.controller(), remote.controller()
    await first.start(told.put_nowait)
    await remote.ask("outside", number="13800138000")
    await remote.ask("call", number="13800138000", to="95588")
    offered = await told.get()
    assert isinstance(offered, Offered)
    await first.answer(offered.leg)
    await first.dial("agent", "1001")
    await first.open_conversation("talk")
    for leg in (offered.leg, "agent"):
        await first.join("talk", leg)
    await first.close()
    await second.start(told.put_nowait)
    assert (await second.snapshot()).conversations == {"talk": {offered.leg, "agent"}}
    assert (await remote.ask("phone", number="1001"))["result"]["hears"] == ["13800138000"]
    await second.close()


async def test_thirty_calls_are_found_after_their_controller_was_killed(remote: Remote) -> None:
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", CONTROLLER, str(remote.port), stdout=PIPE)
    assert killed.stdout is not None
    assert await killed.stdout.readline() == b"started\n"
    legs = []
    for number in range(30):
        await remote.ask("outside", number=f"138{number:08}")
        await remote.ask("call", number=f"138{number:08}", to="95588")
        legs.append((await killed.stdout.readline()).decode().strip())
    killed.kill()
    await killed.wait()
    heir = remote.controller()
    await heir.start(lambda event: None)
    snapshot = await heir.snapshot()
    states = [snapshot.legs[leg].state for leg in legs]
    assert states == [LegState.OFFERED] * 10 + [LegState.CONNECTED] * 20
    assert snapshot.conversations == {f"talk-{number}": frozenset({legs[number]}) for number in range(20, 30)}
    assert snapshot.recordings == {f"r{number}": legs[number] for number in range(20, 30)}
    await heir.close()


async def test_a_script_is_played_there(remote: Remote) -> None:
    told: asyncio.Queue[SwitchEvent] = asyncio.Queue()
    controller = remote.controller()
    await controller.start(told.put_nowait)
    await remote.ask("outside", number="13800138000")
    text = "call 95588\nhear music within 3000\nhang up"
    playing = asyncio.create_task(remote.ask("script", number="13800138000", script=text))
    offered = await told.get()
    assert isinstance(offered, Offered)
    await controller.answer(offered.leg)
    await controller.music(offered.leg, on=True)
    assert (await playing)["result"] == {}
    wrong = await remote.ask("script", number="13800138000", script="hear music within 1")
    assert wrong["error"] == "line 1, hear music: not within 1 s; idle, hearing nothing"
    await controller.close()


@pytest.mark.parametrize(
    ("do", "fields", "error"),
    [
        ("dance", {}, "LookupError: nothing is called 'dance'"),
        ("answer", {"number": "9"}, "LookupError: no telephone 9"),
        ("answer", {"number": "1001"}, "WrongMomentError: 1001 is IDLE, not RINGING"),
        ("fault", {"kind": "plague", "orders": []}, "OrderRefusedError: REFUSED: kind must be one of"),
    ],
)
async def test_what_cannot_be_done_is_answered(remote: Remote, do: str, fields: dict[str, object], error: str) -> None:
    assert (await remote.ask(do, **fields))["error"].startswith(error)


async def test_faults_and_the_end(remote: Remote) -> None:
    assert (await remote.ask("fault", kind="lose-reply", orders=["ping"]))["result"] == {"fault": 1}
    assert (await remote.ask("clear_faults"))["result"] == {"cleared": 1}
    for do in ("cut_link", "restart", "power_off", "power_on", "fill_disk"):
        assert (await remote.ask(do))["result"] == {}
    remote.process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(remote.process.wait(), 60) == 0
