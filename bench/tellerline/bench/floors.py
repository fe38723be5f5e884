"""The floors: what the bare libraries cost with nothing of ours around: ``python -m tellerline.bench.floors KIND``.

``echo`` is a grpc.aio server on uvloop that returns what it gets, ``json`` a Litestar application that reads JSON
and returns it. ``post`` sends a body by aiohttp, ``queue`` one by pika, ``signed`` signed bodies by aiohttp with
what signatures cannot do without beside each. The three count their own CPU and take ``{"requests", "concurrency"}``
orders on standard input, a JSON line each; ``signed`` also ``bodies``, a file of as many messages.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import itertools
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import grpc
import orjson
import uvloop
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from tellerline.bench.load import read_bodies

Once = Callable[[], Awaitable[object]]
_SIGNED_INFO = (b"<ds:SignedInfo", b"</ds:SignedInfo>")


async def echo_server() -> None:
    """Serve every method of ``/bench.Echo/`` until killed; prints its port."""

    async def same(request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        return request

    server = grpc.aio.server()
    handlers = {"Echo": grpc.unary_unary_rpc_method_handler(same)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bench.Echo", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    _say({"port": port})
    await server.wait_for_termination()


async def json_server(server: str) -> None:
    """Serve ``POST /echo`` by ``uvicorn`` or ``h2corn`` until killed; prints its port."""
    from litestar import Litestar, post

    @post("/echo", status_code=200)
    async def same(data: dict[str, Any]) -> dict[str, Any]:
        return data

    application: Any = Litestar([same], openapi_config=None, logging_config=None)
    if server == "uvicorn":
        await _by_uvicorn(application)
    else:
        await _by_h2corn(application)


async def _by_uvicorn(application: Any) -> None:
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0))
    _say({"port": listening.getsockname()[1]})
    config = uvicorn.Config(application, http="httptools", lifespan="off", log_level="error", access_log=False)
    await uvicorn.Server(config).serve([listening])


async def _by_h2corn(application: Any) -> None:
    import h2corn

    config = h2corn.Config(bind=("127.0.0.1:0",), lifespan="off", runtime_threads=1, access_log=False)
    server = h2corn.Server(application, config)
    serving = asyncio.create_task(server.serve())
    await server.wait_started()
    _say({"port": int(server.addresses[0].rpartition(":")[2])})
    await serving


async def post_client(url: str, body: bytes, headers: dict[str, str]) -> Once:
    """A bare aiohttp POST of the bytes that a connector sends."""
    session = _session()

    async def once() -> object:
        async with session.post(url, data=body, headers=headers) as response:
            return await response.read()

    return once


class SignedClient:
    """The same of messages that are signed already; beside each, once more what no signed message can do without.

    That is, of request and reply: parsing, bringing into canonical form what is signed, and hashing it; one signature
    made and one verified. Raises for a reply that is not 200: the host must have taken every signature.
    """

    def __init__(self, url: str, headers: dict[str, str], key: bytes) -> None:
        private = load_pem_private_key(key, password=None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        self._url = url
        self._headers = headers
        self._private = private
        self._public = private.public_key()
        self._session = _session()
        self._waiting: list[tuple[bytes, bytes]] = []

    def load(self, bodies: list[bytes]) -> None:
        opening, closing = _SIGNED_INFO
        for body in bodies:
            info = body[body.index(opening) : body.index(closing) + len(closing)]
            self._waiting.append((body, info))

    async def once(self) -> object:
        body, info = self._waiting.pop()
        _hash(etree.fromstring(body)[-1])
        signature = self._private.sign(info, ec.ECDSA(hashes.SHA256()))
        async with self._session.post(self._url, data=body, headers=self._headers) as response:
            reply = await response.read()
        response.raise_for_status()
        root = etree.fromstring(reply)
        for part in (root[-1], root.find(".//{*}Timestamp"), root.find(".//{*}SignedInfo")):
            assert part is not None
            _hash(part)
        self._public.verify(signature, info, ec.ECDSA(hashes.SHA256()))
        return reply


def _hash(part: etree._Element) -> bytes:
    return hashlib.sha256(etree.tostring(part, method="c14n", exclusive=True, with_comments=False)).digest()


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=50), cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(20)
    )


async def queue_client(url: str, queue: str, body: bytes, message_type: str) -> Once:
    """A bare pika round trip of the bytes that a connector sends, by direct reply-to."""
    import pika
    from pika.adapters.asyncio_connection import AsyncioConnection

    loop = asyncio.get_running_loop()
    opened: asyncio.Future[pika.channel.Channel] = loop.create_future()
    consuming: asyncio.Future[None] = loop.create_future()
    waiting: dict[str, asyncio.Future[bytes]] = {}
    serial = itertools.count()
    reply_to = "amq.rabbitmq.reply-to"
    connection = AsyncioConnection(
        pika.URLParameters(url),
        on_open_callback=lambda c: c.channel(on_open_callback=opened.set_result),
        custom_ioloop=loop,
    )
    channel = await opened
    channel.basic_consume(
        reply_to,
        lambda _c, _m, properties, reply: waiting.pop(properties.correlation_id).set_result(reply),
        auto_ack=True,
        callback=lambda _: consuming.set_result(None),
    )
    await consuming

    async def once() -> object:
        correlation = str(next(serial))
        future = waiting[correlation] = loop.create_future()
        properties = pika.BasicProperties(
            content_type="application/octet-stream", correlation_id=correlation, reply_to=reply_to, type=message_type
        )
        channel.basic_publish("", queue, body, properties)
        return await future

    once.connection = connection  # type: ignore[attr-defined]
    return once


async def serve_orders(once: Once, load: Callable[[list[bytes]], None] | None = None) -> None:
    """Run each order's requests, ``concurrency`` at a time, and answer with CPU and wall seconds.

    ``load`` takes the messages of an order that brings some; reading them does not count.
    """
    await once()
    _say({"ready": True})
    while line := await asyncio.to_thread(sys.stdin.buffer.readline):
        order = orjson.loads(line)
        if load is not None:
            load(read_bodies(Path(order["bodies"])))
        turns = iter(range(order["requests"]))

        async def worker(turns: object = turns) -> None:
            for _ in turns:  # type: ignore[attr-defined]
                await once()

        cpu, wall = time.process_time(), time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(order["concurrency"])))
        _say({"requests": order["requests"], "cpu": time.process_time() - cpu, "seconds": time.perf_counter() - wall})


def _say(document: dict[str, object]) -> None:
    sys.stdout.buffer.write(orjson.dumps(document) + b"\n")
    sys.stdout.buffer.flush()


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("echo", "json", "post", "signed", "queue"))
    parser.add_argument("--server", choices=("uvicorn", "h2corn"), default="uvicorn")
    parser.add_argument("--url", default="")
    parser.add_argument("--queue", default="")
    parser.add_argument("--type", default="")
    parser.add_argument("--body", type=Path)
    parser.add_argument("--headers", default="{}")
    parser.add_argument("--key", type=Path)
    asked = parser.parse_args()
    if asked.kind == "echo":
        await echo_server()
    if asked.kind == "json":
        await json_server(asked.server)
    body = asked.body.read_bytes()
    if asked.kind == "post":
        await serve_orders(await post_client(asked.url, body, orjson.loads(asked.headers)))
    if asked.kind == "signed":
        client = SignedClient(asked.url, orjson.loads(asked.headers), asked.key.read_bytes())
        client.load([body])
        await serve_orders(client.once, client.load)
    await serve_orders(await queue_client(asked.url, asked.queue, body, asked.type))


if __name__ == "__main__":
    uvloop.run(main())
