"""Faults on the queue: cards 13 to 23."""

from __future__ import annotations

import asyncio
import os
import pickle
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from mq_worlds import PATIENCE_S, MemoryWorld, RabbitWorld, Silent, World, echo, eventually
from severing_proxy import SeveringProxy

from tellerline.adapters.clock import SystemRandomness
from tellerline.adapters.exchange import Exchanged, Fate
from tellerline.adapters.mq.envelope import CONTENT_TYPE
from tellerline.adapters.mq.listener import InboundRequest
from tellerline.adapters.mq.rabbitmq import RabbitTransport
from tellerline.simulators.servers import RabbitmqServer

LOST = Exchanged(Fate.SENT_NO_REPLY, reason="connection_lost")


class Trap:
    """Loaded by pickle, it makes a directory."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


@pytest.fixture
async def killable(rabbitmq_server: RabbitmqServer) -> AsyncIterator[RabbitWorld]:
    made = RabbitWorld(rabbitmq_server.url)
    yield made
    await made.close()


@pytest.mark.parametrize("content_type", ["application/x-python-pickle", "application/python-pickle", ""])
async def test_card_13_a_pickled_request_is_dead_lettered_unread(
    world: World, tmp_path: Path, content_type: str
) -> None:
    seen = Silent()
    listener = await world.host(seen)
    pickled = pickle.dumps(Trap(tmp_path / "sprung"))
    await world.put(world.queue, pickled, content_type=content_type)
    assert await world.dead() == [pickled]
    assert (seen.asked, dict(listener.refused)) == ([], {"content_type": 1})
    assert not (tmp_path / "sprung").exists()


async def test_card_13_a_pickle_that_claims_to_be_a_record_stays_bytes(world: World, tmp_path: Path) -> None:
    pickled = pickle.dumps(Trap(tmp_path / "sprung"))

    async def answer_with_a_trap(request: InboundRequest) -> None:
        request.reply(pickled)
        request.ack()

    await world.host(answer_with_a_trap)
    client = await world.client()
    assert await world.ask(client, pickled) == Exchanged(Fate.REPLIED, pickled)
    assert not (tmp_path / "sprung").exists()


async def test_card_14_an_unknown_correlation_is_parked_as_an_event(world: World) -> None:
    seen = Silent()
    await world.host(seen)
    client = await world.client()
    ask = asyncio.create_task(world.ask(client))
    inbound = await seen.one()
    await world.put(inbound.reply_to, b"whose is this", correlation="never-asked")
    await eventually(lambda: bool(world.unsolicited))
    assert (world.unsolicited[0].correlation, world.unsolicited[0].body) == ("never-asked", b"whose is this")
    assert not ask.done()
    inbound.reply(b"mine")
    assert (await ask).body == b"mine"


async def test_card_14_a_reply_without_correlation_is_an_event_too(world: World) -> None:
    seen = Silent()
    await world.host(seen)
    client = await world.client()
    ask = asyncio.create_task(world.ask(client))
    inbound = await seen.one()
    await world.put(inbound.reply_to, b"anonymous", correlation="")
    await eventually(lambda: bool(world.unsolicited))
    assert world.unsolicited[0].correlation == ""
    inbound.reply(b"mine")
    assert (await ask).body == b"mine"


async def test_card_15_a_late_reply_is_an_event(world: World) -> None:
    seen = Silent()
    await world.host(seen)
    client = await world.client()
    ask = asyncio.create_task(world.ask(client, wait=60))
    inbound = await seen.one()
    await world.pass_time(60)
    assert (await ask).fate is Fate.SENT_NO_REPLY
    inbound.reply(b"done after all")
    await eventually(lambda: bool(world.unsolicited))
    late = world.unsolicited[0]
    assert (late.correlation, late.body) == (inbound.correlation, b"done after all")


async def test_card_16_a_duplicate_reply_answers_once(world: World) -> None:
    async def twice(request: InboundRequest) -> None:
        request.reply(b"answer")
        request.reply(b"answer")
        request.ack()

    await world.host(twice)
    client = await world.client()
    assert await world.ask(client) == Exchanged(Fate.REPLIED, b"answer")
    await eventually(lambda: bool(world.unsolicited))
    assert [event.body for event in world.unsolicited] == [b"answer"]
    assert (await world.ask(client, b"next")).body == b"answer"


async def test_card_17_a_contradictory_reply_is_an_event_beside_the_first(world: World) -> None:
    correlations: list[str] = []

    async def yes_and_no(request: InboundRequest) -> None:
        correlations.append(request.correlation)
        request.reply(b"DONE")
        request.reply(b"REJECTED")
        request.ack()

    await world.host(yes_and_no)
    client = await world.client()
    assert (await world.ask(client)).body == b"DONE"
    await eventually(lambda: bool(world.unsolicited))
    assert [(event.correlation, event.body) for event in world.unsolicited] == [(correlations[0], b"REJECTED")]


@pytest.mark.parametrize("durable", [True, False])
async def test_card_18_an_unroutable_request_was_not_sent(world: World, durable: bool) -> None:
    client = await world.client("there.is.no.such.queue")
    assert await world.ask(client, durable=durable) == Exchanged(Fate.NOT_SENT, reason="unroutable")


async def test_card_19_a_request_that_the_broker_refuses_was_not_sent(world: World) -> None:
    client = await world.client(await world.full_queue())
    assert await world.ask(client) == Exchanged(Fate.NOT_SENT, reason="broker_nack")


async def test_card_20_a_connection_that_dies_before_the_confirm_leaves_a_doubt(rabbitmq_url: str) -> None:
    world = RabbitWorld(rabbitmq_url)
    seen = Silent()
    await world.host(seen)
    address = urlsplit(rabbitmq_url)
    async with SeveringProxy("127.0.0.1", address.port or 5672) as proxy:
        url = rabbitmq_url.replace(f":{address.port}", f":{proxy.port}")
        client = RabbitTransport(url, world.queue, world.clock, SystemRandomness(), world.unsolicited.append)
        await client.start()
        proxy.mute()
        ask = asyncio.create_task(world.ask(client, b"pay", wait=3600))
        inbound = await seen.one()
        assert (inbound.body, ask.done()) == (b"pay", False)
        proxy.sever()
        assert await ask == LOST
        await eventually(lambda: client.connected)
        inbound.reply(b"paid")
        await eventually(lambda: bool(world.unsolicited))
        assert world.unsolicited[0].body == b"paid"
        await client.close()
    await world.close()


async def test_card_20_a_broker_killed_before_the_reply_leaves_a_doubt(
    killable: RabbitWorld, rabbitmq_server: RabbitmqServer
) -> None:
    client = await killable.client()
    unread = await killable.host(echo)
    await unread.close()
    ask = asyncio.create_task(killable.ask(client, b"pay", wait=3600))
    await asyncio.sleep(0)
    await asyncio.to_thread(rabbitmq_server.kill)
    assert await ask == LOST
    assert await killable.ask(client) == Exchanged(Fate.NOT_SENT, reason="not_connected")


async def test_card_21_a_message_that_kills_its_consumer_ends_as_a_dead_letter(world: World) -> None:
    deliveries: list[bool] = []

    async def poisoned(request: InboundRequest) -> None:
        if request.body == b"good":
            return await echo(request)
        deliveries.append(request.redelivered)
        raise RuntimeError("this body kills me")

    await world.host(poisoned, delivery_limit=2)
    client = await world.client()
    ask = asyncio.create_task(world.ask(client, b"poison", wait=3600))
    assert await world.dead() == [b"poison"]
    assert deliveries == [False, True, True]
    assert (await world.ask(client, b"good")).body == b"re:good"
    ask.cancel()


async def test_card_21_a_consumer_that_really_dies_ends_the_same(world: World) -> None:
    client = await world.client()
    ask: asyncio.Task[Exchanged] | None = None
    for _ in range(3):
        seen = Silent()
        host = await world.host(seen, delivery_limit=2)
        ask = ask or asyncio.create_task(world.ask(client, b"poison", wait=3600))
        await seen.one()
        await host.close()
    assert await world.dead() == [b"poison"]
    assert ask is not None
    ask.cancel()


async def test_card_22_no_wait_outlives_a_broker_that_restarts_in_memory(memory: MemoryWorld) -> None:
    seen = Silent()
    await memory.host(seen)
    client = await memory.client()
    asks = [asyncio.create_task(memory.ask(client, b"%d" % number, wait=3600)) for number in range(20)]
    await eventually(lambda: len(seen.asked) == 20)
    memory.broker.stop()
    assert await asyncio.gather(*asks) == [LOST] * 20
    assert await memory.ask(client) == Exchanged(Fate.NOT_SENT, reason="not_connected")
    memory.broker.start()
    await eventually(lambda: len(seen.asked) == 40)
    assert all(request.redelivered for request in seen.asked[20:])
    for request in seen.asked[20:]:
        await echo(request)
    await eventually(lambda: len(memory.unsolicited) == 20)
    assert {event.body for event in memory.unsolicited} == {b"re:%d" % number for number in range(20)}


@pytest.mark.parametrize("durable", [True, False])
async def test_card_22_no_wait_outlives_a_broker_that_is_killed(
    killable: RabbitWorld, rabbitmq_server: RabbitmqServer, durable: bool
) -> None:
    seen = Silent()
    await killable.host(seen)
    client = await killable.client()
    asks = [asyncio.create_task(killable.ask(client, durable=durable, wait=3600)) for _ in range(20)]
    await eventually(lambda: len(seen.asked) == 20)
    await asyncio.to_thread(rabbitmq_server.kill)
    async with asyncio.timeout(PATIENCE_S):
        assert await asyncio.gather(*asks) == [LOST] * 20


async def test_card_22_durable_replies_arrive_late_after_the_restart(
    killable: RabbitWorld, rabbitmq_server: RabbitmqServer
) -> None:
    seen = Silent()
    await killable.host(seen)
    client = await killable.client()
    ask = asyncio.create_task(killable.ask(client, b"pay", wait=3600))
    await seen.one()
    await asyncio.to_thread(rabbitmq_server.write_queues_down)
    await asyncio.to_thread(rabbitmq_server.kill)
    assert await ask == LOST
    await asyncio.to_thread(rabbitmq_server.start)
    await eventually(lambda: len(seen.asked) == 2)
    again = seen.asked[1]
    assert (again.body, again.redelivered) == (b"pay", True)
    again.reply(b"paid")
    again.ack()
    await eventually(lambda: bool(killable.unsolicited))
    assert (killable.unsolicited[0].correlation, killable.unsolicited[0].body) == (again.correlation, b"paid")
    follow_up = asyncio.create_task(killable.ask(client, b"inquire"))
    await eventually(lambda: len(seen.asked) == 3)
    seen.asked[2].reply(b"known")
    assert (await follow_up).body == b"known"


@pytest.mark.parametrize("reply_to", ["victim.queue", "", "amq.direct", "TELLERLINE.REPLY.x"])
async def test_card_23_a_forged_reply_address_is_refused(world: World, reply_to: str) -> None:
    seen = Silent()
    listener = await world.host(seen)
    await world.put(world.queue, b"send it elsewhere", reply_to=reply_to, content_type=CONTENT_TYPE)
    assert await world.dead() == [b"send it elsewhere"]
    assert (seen.asked, dict(listener.refused)) == ([], {"reply_to": 1})
