"""What an exchange over a queue promises, on every broker."""

from __future__ import annotations

import asyncio

import pytest
from mq_worlds import Silent, World, echo, eventually

from tellerline.adapters.exchange import Exchanged, Fate, WireRequest
from tellerline.adapters.mq.listener import InboundRequest

DURABLE = pytest.mark.parametrize("durable", [True, False], ids=["durable", "transient"])


@DURABLE
async def test_a_reply_comes_back_to_its_request(world: World, durable: bool) -> None:
    await world.host(echo)
    client = await world.client()
    assert await world.ask(client, b"\x00\xffbytes", durable=durable) == Exchanged(Fate.REPLIED, b"re:\x00\xffbytes")


async def test_the_host_sees_what_was_sent(world: World) -> None:
    seen = Silent()
    await world.host(seen)
    client = await world.client()
    request = WireRequest(body=b"body", operation="GETLOAN", correlation="corr-1", durable=True)
    exchange = asyncio.create_task(client.exchange(request, world.clock.monotonic() + 600))
    inbound = await seen.one()
    assert (inbound.body, inbound.message_type, inbound.correlation) == (b"body", "GETLOAN", "corr-1")
    assert (inbound.durable, inbound.redelivered) == (True, False)
    inbound.reply(b"")
    assert await exchange == Exchanged(Fate.REPLIED, b"")


async def test_two_hundred_exchanges_at_once_each_get_their_own_reply(world: World) -> None:
    await world.host(echo)
    client = await world.client()
    bodies = [b"%d" % number for number in range(200)]
    ends = await asyncio.gather(*(world.ask(client, body, durable=body[-1] % 2 == 0) for body in bodies))
    assert [end.body for end in ends] == [b"re:" + body for body in bodies]


async def test_replies_may_come_in_any_order(world: World) -> None:
    seen = Silent()
    await world.host(seen)
    client = await world.client()
    asks = [asyncio.create_task(world.ask(client, b"%d" % number)) for number in range(10)]
    await eventually(lambda: len(seen.asked) == 10)
    for request in reversed(seen.asked):
        request.reply(request.body)
    assert [(await ask).body for ask in asks] == [b"%d" % number for number in range(10)]


@DURABLE
async def test_no_reply_by_the_deadline_leaves_the_effect_unknown(world: World, durable: bool) -> None:
    seen = Silent()
    await world.host(seen)
    client = await world.client()
    ask = asyncio.create_task(world.ask(client, durable=durable, wait=60))
    await seen.one()
    await world.pass_time(50)
    assert not ask.done()
    await world.pass_time(10)
    assert await ask == Exchanged(Fate.SENT_NO_REPLY, reason="no_reply")


async def test_a_deadline_already_over_sends_nothing(world: World) -> None:
    seen = Silent()
    await world.host(seen)
    client = await world.client()
    assert await world.ask(client, wait=0) == Exchanged(Fate.NOT_SENT, reason="deadline_over")
    await world.pass_time(0.05)
    assert seen.asked == []


async def test_a_request_expires_on_the_queue_at_its_deadline(world: World) -> None:
    listener = await world.host(echo)
    await listener.close()
    client = await world.client()
    ask = asyncio.create_task(world.ask(client, b"too late", wait=0.5))
    await asyncio.sleep(0)
    await world.pass_time(0.5)
    assert (await ask).fate is Fate.SENT_NO_REPLY
    assert await world.dead() == [b"too late"]
    seen = Silent()
    await world.host(seen)
    await world.pass_time(0.05)
    assert seen.asked == []


async def test_outstanding_requests_are_bounded(world: World) -> None:
    seen = Silent()
    await world.host(seen)
    client = await world.client(max_outstanding=2)
    asks = [asyncio.create_task(world.ask(client)) for _ in range(2)]
    await eventually(lambda: len(seen.asked) == 2)
    assert await world.ask(client) == Exchanged(Fate.NOT_SENT, reason="too_many_outstanding")
    for request in seen.asked:
        request.reply(b"done")
    assert [(await ask).fate for ask in asks] == [Fate.REPLIED, Fate.REPLIED]
    third = asyncio.create_task(world.ask(client))
    await eventually(lambda: len(seen.asked) == 3)
    seen.asked[2].reply(b"room again")
    assert (await third).body == b"room again"


async def test_an_oversized_reply_is_unreadable(world: World) -> None:
    async def flood(request: InboundRequest) -> None:
        request.reply(b"x" * 101)
        request.ack()

    await world.host(flood)
    client = await world.client(max_reply_bytes=100)
    assert await world.ask(client) == Exchanged(Fate.REPLIED_UNREADABLE, b"x" * 100, "oversized")


async def test_a_correlation_in_use_is_refused(world: World) -> None:
    seen = Silent()
    await world.host(seen)
    client = await world.client()
    request = WireRequest(body=b"", operation="ASK", correlation="same", durable=True)
    first = asyncio.create_task(client.exchange(request, world.clock.monotonic() + 600))
    await seen.one()
    again = await client.exchange(request, world.clock.monotonic() + 600)
    assert again == Exchanged(Fate.NOT_SENT, reason="duplicate_correlation")
    seen.asked[0].reply(b"answer")
    assert (await first).body == b"answer"


async def test_after_a_cancelled_exchange_the_reply_is_unsolicited(world: World) -> None:
    seen = Silent()
    await world.host(seen)
    client = await world.client()
    ask = asyncio.create_task(world.ask(client))
    inbound = await seen.one()
    ask.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ask
    inbound.reply(b"after all")
    await eventually(lambda: bool(world.unsolicited))
    assert (world.unsolicited[0].correlation, world.unsolicited[0].body) == (inbound.correlation, b"after all")


async def test_closing_ends_what_waits_and_refuses_what_comes(world: World) -> None:
    seen = Silent()
    await world.host(seen)
    client = await world.client()
    ask = asyncio.create_task(world.ask(client))
    await seen.one()
    await client.close()
    assert await ask == Exchanged(Fate.SENT_NO_REPLY, reason="closed")
    assert await world.ask(client) == Exchanged(Fate.NOT_SENT, reason="not_connected")
    await client.close()
