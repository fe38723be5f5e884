"""What the host's side of a queue promises, on every broker."""

from __future__ import annotations

import asyncio

from mq_worlds import Silent, World, echo, eventually

from tellerline.adapters.exchange import Fate
from tellerline.adapters.mq.listener import InboundRequest


async def test_a_request_given_back_comes_again(world: World) -> None:
    redelivered: list[bool] = []

    async def second_time(request: InboundRequest) -> None:
        redelivered.append(request.redelivered)
        if len(redelivered) == 1:
            request.nack()
        else:
            await echo(request)

    await world.host(second_time)
    client = await world.client()
    assert (await world.ask(client)).fate is Fate.REPLIED
    assert redelivered == [False, True]


async def test_what_a_dead_listener_had_not_settled_comes_again(world: World) -> None:
    seen = Silent()
    first = await world.host(seen)
    client = await world.client()
    ask = asyncio.create_task(world.ask(client, b"left over"))
    await seen.one()
    await first.close()
    later = Silent()
    await world.host(later)
    inbound = await later.one()
    assert (inbound.body, inbound.redelivered) == (b"left over", True)
    await echo(inbound)
    assert (await ask).body == b"re:left over"


async def test_settling_twice_or_after_the_end_does_nothing(world: World) -> None:
    seen = Silent()
    listener = await world.host(seen)
    client = await world.client()
    ask = asyncio.create_task(world.ask(client))
    inbound = await seen.one()
    inbound.reply(b"answer")
    inbound.ack()
    inbound.nack()
    inbound.dead_letter()
    assert (await ask).body == b"answer"
    await listener.close()
    inbound.reply(b"again")
    inbound.ack()
    await listener.close()


async def test_no_more_than_the_prefetch_is_handed_over(world: World) -> None:
    seen = Silent()
    await world.host(seen, prefetch=3)
    client = await world.client()
    asks = [asyncio.create_task(world.ask(client, b"%d" % number)) for number in range(5)]
    await eventually(lambda: len(seen.asked) == 3)
    await world.pass_time(0.05)
    assert len(seen.asked) == 3
    for request in list(seen.asked):
        await echo(request)
    await eventually(lambda: len(seen.asked) == 5)
    for request in seen.asked[3:]:
        await echo(request)
    assert [(await ask).fate for ask in asks] == [Fate.REPLIED] * 5


async def test_two_listeners_share_the_work(world: World) -> None:
    counts = [0, 0]

    def counting(which: int) -> Silent:
        class Counting(Silent):
            async def __call__(self, request: InboundRequest) -> None:
                counts[which] += 1
                await echo(request)

        return Counting()

    await world.host(counting(0))
    await world.host(counting(1))
    client = await world.client()
    await asyncio.gather(*(world.ask(client) for _ in range(40)))
    assert sum(counts) == 40
    assert min(counts) > 0


async def test_a_request_without_correlation_is_dead_lettered_unread(world: World) -> None:
    seen = Silent()
    listener = await world.host(seen)
    await world.put(world.queue, b"whose?", correlation="")
    assert await world.dead() == [b"whose?"]
    assert dict(listener.refused) == {"no_correlation": 1}
    assert seen.asked == []
