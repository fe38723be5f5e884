"""A broker that is not there, or is no broker."""

from __future__ import annotations

import asyncio

import pytest

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.exchange import Exchanged, Fate, WireRequest
from tellerline.adapters.mq.rabbitmq import RabbitListener, RabbitTransport

REQUEST = WireRequest(body=b"", operation="ASK", correlation="c", durable=True)


def transport(url: str) -> RabbitTransport:
    return RabbitTransport(url, "q", SystemClock(), SystemRandomness(), lambda _: None)


async def test_a_broker_that_is_down_shows_at_the_exchange() -> None:
    client = transport("amqp://guest:guest@127.0.0.1:1/")
    async with asyncio.timeout(60):
        await client.start()
        end = await client.exchange(REQUEST, SystemClock().monotonic() + 60)
        assert end == Exchanged(Fate.NOT_SENT, reason="not_connected")
        await client.close()
        await client.close()


async def test_closing_does_not_wait_for_a_peer_that_says_nothing() -> None:
    connected = asyncio.Event()

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    client = transport(f"amqp://guest:guest@127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    starting = asyncio.create_task(client.start())
    async with asyncio.timeout(60):
        await connected.wait()
        await client.close()
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
    server.close()


async def test_a_peer_that_speaks_no_amqp_is_a_broker_that_is_down() -> None:
    async def http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(http, "127.0.0.1", 0)
    client = transport(f"amqp://guest:guest@127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    async with asyncio.timeout(60):
        await client.start()
        assert not client.connected
        await client.close()
    server.close()


@pytest.mark.parametrize("url", ["", "http://127.0.0.1/", "amqp://127.0.0.1:99999/"])
def test_a_url_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)amqp|port"):
        transport(url)
    with pytest.raises(ValueError, match=r"(?i)amqp|port"):
        RabbitListener(url, "q", SystemClock())
