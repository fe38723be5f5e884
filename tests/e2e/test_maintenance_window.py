"""A night of maintenance at core, on a running clock that the test sets: from the channel to the host and back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from command_line import CommandLine
from running_clock import running

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.cli.system.embedded import Books, EmbeddedSystem, start_embedded
from tellerline.gateway.client import CanonicalError, Client
from tellerline.gateway.settings import GatewaySettings, HostSettings
from tests.docs.terminal import terminal_environment

EVENING = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CLOSES, OPENS = EVENING + timedelta(hours=5), EVENING + timedelta(hours=6)
BACK = "2026-03-03T02:00:00+08:00"
DAY = """
[calendar]
zone = "Asia/Shanghai"
[[calendar.weekly]]
days = ["Tue"]
from = "01:00"
to = "02:00"
[stand_in]
"accounts.ReportLoss" = "queue"
"accounts.GetBalance" = "last_known"
"""


@dataclass
class Night:
    system: EmbeddedSystem
    clock: VirtualClock
    client: Client
    shell: CommandLine

    async def call(self, method: str, serial: str, **fields: Any) -> Any:
        context = {"channel": "CHANNEL_COUNTER", "channel_serial": serial}
        return await self.client.call(method, {"context": context, **fields})

    async def balance(self, serial: str, customer: int) -> Any:
        return await self.call("accounts.v1.AccountService/GetBalance", serial, name=f"{account(customer)}/balance")

    async def report_loss(self, serial: str, customer: int) -> Any:
        return await self.call("accounts.v1.AccountService/ReportLoss", serial, account=account(customer))

    async def transfer(self, serial: str, customer: int) -> Any:
        payee = self.system.population.people[customer].card  # type: ignore[union-attr]
        transfer = {
            "debit_account": account(customer),
            "registered_payee": {"account_number": payee},
            "amount": {"currency_code": "CNY", "units": "1"},
        }
        return await self.call("transfers.v1.TransferService/CreateTransfer", serial, transfer=transfer)

    async def to_securities(self, serial: str, customer: int) -> Any:
        """Core is the first of its two hosts."""
        method, amount = "securities.v1.SecuritiesService/TransferToSecurities", {"currency_code": "CNY", "units": "1"}
        return await self.call(method, serial, parent=account(customer), amount=amount)

    async def trace(self, serial: str) -> tuple[str, list[str]]:
        """State and kinds of events, which is what ``tellerline trace`` prints."""
        [found] = (await self.operations("SearchTransactions", channel_serial=serial))["transactions"]
        whole = await self.operations("GetTransaction", name=found["name"])
        return whole["info"]["state"].rpartition("STATE_")[2], [event["kind"] for event in whole["events"]]

    async def operations(self, method: str, **fields: Any) -> Any:
        return await self.call(f"operations.v1.OperationsService/{method}", "OPERATOR", **fields)

    def received(self) -> list[str]:
        return [request.operation for request in self.system.bank.core.received.newest()]


def account(customer: int) -> str:
    return f"customers/{8000000000 + customer}/accounts/1"


@asynccontextmanager
async def night(folder: Path, store: dict[str, object]) -> AsyncIterator[Night]:
    clock, calendar = VirtualClock(EVENING), folder / "core-day.toml"
    calendar.write_text(DAY, "utf-8")
    settings = GatewaySettings.model_validate({"store": store})
    settings = settings.model_copy(update={"hosts": {"core": HostSettings(calendar=calendar)}})
    log = os.open(folder / "gateway.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    system = await start_embedded(
        settings, Books(customers=8, magic=False), clock=clock, randomness=SeededRandomness(1), log_descriptor=log
    )
    system.bank.core.faults.maintenance = (CLOSES, OPENS)
    shell = CommandLine(terminal_environment(folder))
    try:
        async with grpc.aio.insecure_channel(system.node.target) as channel, running(clock, step=0.01):
            yield Night(system, clock, Client(channel, timeout=30, language="en"), shell)
    finally:
        await system.stop()
        os.close(log)


async def test_a_maintenance_window_of_core(tmp_path: Path, store_settings: dict[str, object]) -> None:
    async with night(tmp_path, store_settings) as scene:
        fresh = await scene.balance("BEFORE", 2)
        assert not fresh["last_known"]
        scene.clock.jump_to(CLOSES + timedelta(minutes=10))
        before = scene.received()
        await _is_refused(scene, "TRANSFER", scene.transfer("TRANSFER", 3))
        await _is_refused(scene, "PLAN", scene.to_securities("PLAN", 3))
        await _loss_report_waits(scene)
        old = await scene.balance("DURING", 2)
        assert old == {**fresh, "last_known": True}
        assert (await scene.trace("DURING")) == ("DONE", ["answered_last_known", "settled"])
        status = await scene.shell.run("status", "--gateway", scene.system.node.target, TZ="Asia/Shanghai")
        assert "core is closed until 2026-03-03 02:00:00+08:00 (maintenance); 2 transaction(s) wait" in status.out
        assert scene.received() == before
        scene.clock.jump_to(OPENS)
        serials = [f"AFTER-{number}" for number in range(8)]
        transfers = (scene.transfer(serial, 3 + n % 4) for n, serial in enumerate(serials))
        await asyncio.gather(*transfers)
        after = scene.received()[len(before) :]
        assert after[:2] == ["ReportLoss", "ReportLoss"]
        assert after.count("Transfer") == 8
        traced = await scene.shell.json("trace", "LOSS-1", "--gateway", scene.system.node.target)
        assert traced["info"]["state"] == "TRANSACTION_STATE_DONE"
        assert [event["kind"] for event in traced["events"]] == ["accepted", "queued", "sent_when_back", "settled"]
        with pytest.raises(CanonicalError) as lost:
            await scene.balance("LOST", 1)
        assert lost.value.code == "ACCOUNT_REPORTED_LOST"


async def _is_refused(scene: Night, serial: str, asked: Awaitable[Any]) -> None:
    """With the time that core is back, and for good: nothing of it is sent, now or later."""
    with pytest.raises(CanonicalError) as refused:
        await asked
    error = refused.value
    assert (error.code, error.definite) == ("HOST_CLOSED_FOR_MAINTENANCE", True)
    assert error.metadata["back_at"] == BACK
    assert "until 02:00 on 3 March" in str(error)
    state, kinds = await scene.trace(serial)
    assert (state, set(kinds)) == ("NOT_SENT", {"accepted", "refused_while_closed", "settled"})


async def _loss_report_waits(scene: Night) -> None:
    for number in (1, 7):
        reply = await scene.report_loss(f"LOSS-{number}", number)
        info = reply["transaction"]
        assert (info["state"], info["definite"]) == ("TRANSACTION_STATE_QUEUED", False)
        assert datetime.fromisoformat(info["send_time"]) == OPENS
        assert await scene.report_loss(f"LOSS-{number}", number) == reply
    assert await scene.trace("LOSS-1") == ("QUEUED", ["accepted", "queued"])
    with pytest.raises(CanonicalError) as lost:
        await scene.balance("LOST-ALREADY", 1)
    assert lost.value.code == "ACCOUNT_REPORTED_LOST"
