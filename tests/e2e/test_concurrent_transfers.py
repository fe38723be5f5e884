"""Limits and idempotency under concurrency: one gateway on SQLite, two processes on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import cycle

import pytest
import pytest_asyncio
from google.protobuf.message import Message
from live_bank import LiveBank, live_bank
from live_client import LiveClient, transfer_request
from live_gateways import Installation

from tellerline.api.transfers.v1.transfers_pb2 import CreateTransferRequest, Transfer
from tellerline.gateway.client import CanonicalError

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUSTOMERS = 400
SERIALS = 1_000
DUPLICATES = 20
SERIALS_AT_ONCE = 20


@dataclass
class Scene:
    """The bank and a client of each gateway. A test keeps to customers of its own, in ``effects`` too."""

    live: LiveBank
    clients: list[LiveClient]
    _seen: Counter[str] = field(default_factory=Counter)

    def effects(self) -> Counter[str]:
        """What the ledger was debited since the last time of asking."""
        now = self.live.effects()
        since, self._seen = now - self._seen, now
        return since

    async def all_of(self, requests: list[CreateTransferRequest]) -> list[Message | CanonicalError]:
        """Send them at the same time, over all the gateways in turn."""
        ways = zip(requests, cycle(self.clients), strict=False)
        return await asyncio.gather(*(client.outcome(request) for request, client in ways))

    def transfer(self, serial: str, customer: int, minor: int) -> CreateTransferRequest:
        name, _number = self.live.cards[customer]
        return transfer_request(serial, name, self.live.cards[(customer + 1) % CUSTOMERS][1], minor)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory, dsn: str) -> AsyncIterator[Scene]:
    async with live_bank(CUSTOMERS) as live:
        installation = Installation(tmp_path_factory.mktemp("gateways"), live, dsn)
        async with installation.gateways(*(["one", "two"] if dsn else ["one"])) as targets:
            clients = [LiveClient.to(target) for target in targets]
            yield Scene(live, clients)
            for client in clients:
                await client.close()


async def test_room_for_three_of_two_hundred_is_three(scene: Scene) -> None:
    answers = await scene.all_of([scene.transfer(f"R{number:03}", 0, 1_000_00) for number in range(200)])
    done = [answer for answer in answers if isinstance(answer, Transfer)]
    refused = Counter(answer.code for answer in answers if isinstance(answer, CanonicalError))
    assert len(done) == 3
    assert refused == {"LIMIT_COUNT_EXCEEDED": 197}
    assert scene.effects() == {transfer.transaction.ref.global_serial: 1 for transfer in done}
    assert scene.live.trial_balance() == {0}


async def test_room_for_three_amounts_is_three(scene: Scene) -> None:
    """16,000.00 each: three fit into the day's 50,000.00, and all of them into the three transfers a day."""
    answers = await scene.all_of([scene.transfer(f"D{number:03}", 1, 16_000_00) for number in range(200)])
    refused = {answer.code for answer in answers if isinstance(answer, CanonicalError)}
    assert refused <= {"LIMIT_COUNT_EXCEEDED", "LIMIT_DAILY_EXCEEDED"}
    assert sum(isinstance(answer, Transfer) for answer in answers) == 3
    assert sum(scene.effects().values()) == 3


async def test_a_thousand_serials_twenty_times_each_are_a_thousand_effects(scene: Scene) -> None:
    at_once = asyncio.Semaphore(SERIALS_AT_ONCE)

    async def repeated(number: int) -> Transfer:
        async with at_once:
            answers = await scene.all_of(
                [scene.transfer(f"S{number:04}", 3 + number % (CUSTOMERS - 3), 1_00)] * DUPLICATES
            )
        first = answers[0]
        assert isinstance(first, Transfer), first
        assert {_bytes(answer) for answer in answers} == {first.SerializeToString(deterministic=True)}
        return first

    transfers = await asyncio.gather(*(repeated(number) for number in range(SERIALS)))
    references = {transfer.transaction.ref.global_serial for transfer in transfers}
    assert len(references) == SERIALS
    assert scene.effects() == dict.fromkeys(references, 1)
    assert scene.live.trial_balance() == {0}


async def test_the_same_serial_with_another_amount_is_refused(scene: Scene) -> None:
    [first] = await scene.all_of([scene.transfer("A1", 2, 100)])
    assert isinstance(first, Transfer)
    for answer in await scene.all_of([scene.transfer("A1", 2, 200)] * 4):
        assert isinstance(answer, CanonicalError)
        assert answer.code == "DUPLICATE_SERIAL_DIFFERENT_PAYLOAD"
        assert answer.definite
    assert sum(scene.effects().values()) == 1


def _bytes(answer: Message | CanonicalError) -> bytes | str:
    return str(answer) if isinstance(answer, CanonicalError) else answer.SerializeToString(deterministic=True)
