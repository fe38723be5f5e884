"""``kill -9`` of the database and of the broker under load: refused before the send, or in doubt after it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
from google.protobuf.message import Message
from live_bank import live_bank
from live_client import LiveClient
from live_gateways import GENEROUS, Installation, in_a_hurry
from live_load import Audit, Load, audit, resolved

from tellerline.gateway.client import CanonicalError
from tellerline.gateway.journal.records import State
from tellerline.simulators.faults import FaultKind, FaultRule
from tellerline.simulators.servers import PostgresqlServer, RabbitmqServer

CUSTOMERS = 40
WORKERS = 16
SERVED, OUTAGE = 100, 2.0
"""Requests that are done before the outage, and again after it; seconds that the outage lasts at least."""
PATIENCE, RESOLVED_WITHIN = 90.0, 90.0


@asynccontextmanager
async def under_load(installation: Installation, repayment_in: int) -> AsyncIterator[tuple[Load, LiveClient]]:
    """One gateway with many transactions at the hosts at any time; the load goes on until the block ends."""
    changing = installation.live.bank.changing
    slow = FaultRule(kind=FaultKind.LATE_REPLY, operations=changing, probability=0.5, seconds=0.2)
    installation.live.bank.add_fault(slow)
    async with installation.gateways("one") as (target,):
        client = LiveClient.to(target, seconds=10)
        load = Load(installation.live, [client], repayment_in=repayment_in)
        try:
            async with load.running(WORKERS):
                yield load, client
            await resolved(client, RESOLVED_WITHIN)
        finally:
            await client.close()


async def outage(load: Load, kill: Callable[[], None], noticed: Callable[[], bool], start: Callable[[], None]) -> None:
    """Work, be without the server for a while and until it is noticed, and work again."""
    await until(lambda: served(load) >= SERVED)
    await asyncio.to_thread(kill)
    await asyncio.sleep(OUTAGE)
    await until(noticed)
    await asyncio.to_thread(start)
    before = served(load)
    await until(lambda: served(load) >= before + SERVED)


def served(load: Load) -> int:
    return sum(isinstance(answer, Message) for answer in load.answers.values())


def refused(load: Load) -> set[str]:
    """The codes of all definite refusals."""
    return {answer.code for answer in load.answers.values() if isinstance(answer, CanonicalError)}


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 the load tells nobody
            await asyncio.sleep(0.05)


async def test_a_killed_database_loses_nothing(tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    async with live_bank(CUSTOMERS) as live:
        installation = Installation(tmp_path, live, postgresql_server.dsn, more=GENEROUS | in_a_hurry(tmp_path))
        async with under_load(installation, 0) as (load, _client):
            noticed = lambda: load.unsure["STORE_UNAVAILABLE"] > 0  # noqa: E731
            await outage(load, postgresql_server.kill, noticed, postgresql_server.start)
        async with installation.store() as store:
            found = await audit(load, store)
    _tell("PostgreSQL", load, found)
    assert found.wrong == []
    assert load.unsure["STORE_UNAVAILABLE"] > 0
    assert load.unsure["INTERNAL"] == 0
    assert "call_failed" not in {orjson.loads(line)["event"] for line in _lines(installation.log("one"))}
    assert found.in_state(State.DONE) > WORKERS


async def test_a_killed_broker_loses_nothing(tmp_path: Path, rabbitmq_server: RabbitmqServer) -> None:
    async with live_bank(CUSTOMERS, amqp=rabbitmq_server.url) as live:
        settings = GENEROUS | in_a_hurry(tmp_path)
        installation = Installation(tmp_path, live, amqp=rabbitmq_server.url, more=settings)
        async with under_load(installation, 2) as (load, _client):
            noticed = lambda: "HOST_UNAVAILABLE" in refused(load) and load.doubted > 0  # noqa: E731
            await outage(load, rabbitmq_server.kill, noticed, rabbitmq_server.start)
        async with installation.store() as store:
            found = await audit(load, store)
    _tell("RabbitMQ", load, found)
    assert found.wrong == []
    assert "HOST_UNAVAILABLE" in refused(load), "refused before the send"
    assert load.doubted > 0, "unknown after it"
    repaid = [record for record in found.records.values() if record.operation == "credit.RepayLoan"]
    assert {record.state for record in repaid} <= {State.DONE, State.REJECTED, State.NOT_SENT, State.REVERSED}


def _lines(log: Path) -> list[str]:
    """Each is a JSON object, whatever a library had to say about the outage."""
    return log.read_text("utf-8").splitlines()


def _tell(server: str, load: Load, found: Audit) -> None:
    states = {state.value: found.in_state(state) for state in State if found.in_state(state)}
    sys.stdout.write(
        f"\n{server} killed: {len(load.answers)} serials, {states}, {load.doubted} told in doubt, "
        f"asked again {dict(load.unsure)}\n"
    )
