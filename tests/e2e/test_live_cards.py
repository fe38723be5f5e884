"""Fault cards through a whole gateway process: bad amounts at its front, and a caller who leaves after the send."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass

import grpc
import grpc.aio
import orjson
import pytest
import pytest_asyncio
from google.type.money_pb2 import Money
from live_bank import LiveBank, live_bank
from live_client import LiveClient, transfer_request
from live_gateways import Installation

from tellerline.adapters.clock import SystemClock, VirtualClock
from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE, TRANSACTION_STATE_PENDING
from tellerline.api.transfers.v1.transfers_pb2 import CreateTransferRequest, GetTransferRequest, Transfer
from tellerline.api.transfers.v1.transfers_pb2_grpc import TransferServiceStub
from tellerline.gateway.client import CanonicalError
from tellerline.simulators.faults import FaultKind, FaultRule

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "tellerline.api.transfers.v1.TransferService/CreateTransfer"


@dataclass
class Scene:
    """The bank's own time stands still until ``clock`` is moved."""

    live: LiveBank
    client: LiveClient
    target: str
    clock: VirtualClock

    def transfer(self, serial: str, customer: int) -> CreateTransferRequest:
        cards = self.live.cards
        return transfer_request(serial, cards[customer][0], cards[customer + 1][1], 100)

    def received(self) -> int:
        return sum(request.operation == "Transfer" for request in self.live.bank.core.received.newest())


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    clock = VirtualClock(SystemClock().now())
    async with live_bank(5, clock=clock) as live:
        installation = Installation(tmp_path_factory.mktemp("gateway"), live)
        async with installation.gateways("one") as (target,):
            client = LiveClient.to(target)
            yield Scene(live, client, target, clock)
            await client.close()


@pytest.mark.parametrize(
    "amount",
    [
        Money(currency_code="CNY", units=-1),
        Money(currency_code="CNY", units=0, nanos=-10_000_000),
        Money(currency_code="CNY", units=1, nanos=-10_000_000),
        Money(currency_code="CNY"),
        Money(currency_code="CNY", units=1, nanos=1_000_000),
        Money(currency_code="CNY", units=1, nanos=1_000_000_000),
        Money(currency_code="CNY", units=2**63 - 1),
        Money(currency_code="JPY", units=1, nanos=500_000_000),
        Money(currency_code="", units=1),
        Money(currency_code="yuan", units=1),
    ],
    ids=lambda amount: f"{amount.units}.{amount.nanos}{amount.currency_code}",
)
async def test_card_32_a_bad_amount_is_refused_at_the_front(scene: Scene, amount: Money) -> None:
    request = scene.transfer("BAD", 0)
    request.transfer.amount.CopyFrom(amount)
    answer = await scene.client.outcome(request)
    assert isinstance(answer, CanonicalError)
    assert (answer.status, answer.definite) == (grpc.StatusCode.INVALID_ARGUMENT, True)
    assert scene.received() == 0


@pytest.mark.parametrize("units", ["NaN", "Infinity", "1e400", "0x10", 1.5])
async def test_card_32_what_is_no_number_is_refused_at_the_front(scene: Scene, units: str | float) -> None:
    """In JSON, where such a thing can be written at all."""
    body = {"context": {"channel": "CHANNEL_COUNTER"}, "transfer": {"amount": {"currencyCode": "CNY", "units": units}}}
    refused = await asyncio.to_thread(_post, scene.target, orjson.dumps(body))
    assert refused["code"] == "invalid_argument"
    assert scene.received() == 0


def _post(target: str, body: bytes) -> dict[str, str]:
    request = urllib.request.Request(
        f"http://{target}/{PATH}", data=body, headers={"content-type": "application/json"}, method="POST"
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=60)
    assert refused.value.code == 400
    answer: dict[str, str] = orjson.loads(refused.value.read())
    return answer


async def test_card_33_the_work_of_a_caller_who_cancels_goes_on(scene: Scene) -> None:
    """The host has booked and takes its time to say so; the caller is gone before that."""
    scene.live.bank.add_fault(FaultRule(kind=FaultKind.LATE_REPLY, count=1, seconds=1.0), host="core")
    before = scene.received()
    request = scene.transfer("GONE", 0)
    call = TransferServiceStub(scene.client.channel).CreateTransfer(request, timeout=60)
    while scene.received() == before:  # noqa: ASYNC110 the host tells nobody
        await asyncio.sleep(0.01)
    call.cancel()
    assert (await _found(scene, request)).transaction.state == TRANSACTION_STATE_PENDING
    await scene.clock.advance(1.0)
    looked_up = await _look_up(scene, request)
    assert looked_up.transaction.state == TRANSACTION_STATE_DONE
    assert await scene.client.send(request) == looked_up
    assert scene.live.effects() == {looked_up.transaction.ref.global_serial: 1}


async def _look_up(scene: Scene, request: CreateTransferRequest) -> Transfer:
    """As the channel that never got the name: by its own serial, until it is settled."""
    while not (found := await _found(scene, request)).transaction.definite:  # noqa: ASYNC110 it is asked for
        await asyncio.sleep(0.05)
    return found


async def _found(scene: Scene, request: CreateTransferRequest) -> Transfer:
    context = request.context
    found = await scene.client.send(GetTransferRequest(context=context, original_channel_serial=context.channel_serial))
    assert isinstance(found, Transfer)
    return found
