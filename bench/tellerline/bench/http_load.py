"""A bounded load over HTTP/1.1 from a process of its own: ``python -m tellerline.bench.http_load``.

Reads one JSON order per line from standard input (``{"url", "bodies", "connections"}``, where ``bodies`` is a file of
requests as ``request_of`` writes them, each sent once), answers each with one JSON line.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import aiohttp
import orjson
import uvloop

from tellerline.bench.load import read_bodies

_PATIENCE = 30
_LONGEST_MESSAGE = 200


def request_of(path: str, *, token: str = "", body: bytes = b"") -> bytes:
    """One request: a ``POST`` where there is a body (JSON), else a ``GET``."""
    return orjson.dumps({"path": path, "token": token, "body": body.decode()})


async def drive(url: str, bodies: list[bytes], connections: int) -> dict[str, object]:
    """Send every request once, ``connections`` at a time; counts what is not answered with 200."""
    waiting = iter([orjson.loads(body) for body in bodies])
    codes: dict[str, int] = {}

    async def worker(session: aiohttp.ClientSession) -> None:
        for request in waiting:
            headers = {"authorization": f"Bearer {request['token']}"} if request["token"] else {}
            body = request["body"].encode() or None
            if body:
                headers["content-type"] = "application/json"
            async with session.request(
                "POST" if body else "GET", url + request["path"], data=body, headers=headers
            ) as it:
                text = await it.read()
                if it.status != 200:
                    code = f"{it.status} {text[:_LONGEST_MESSAGE]!r}"
                    codes[code] = codes.get(code, 0) + 1

    connector = aiohttp.TCPConnector(limit=connections)
    timeout = aiohttp.ClientTimeout(_PATIENCE)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout
    ) as session:
        started = time.perf_counter()
        await asyncio.gather(*(worker(session) for _ in range(connections)))
        seconds = time.perf_counter() - started
    return {"requests": len(bodies), "failed": sum(codes.values()), "codes": codes, "seconds": seconds}


async def serve_orders() -> None:
    while line := await asyncio.to_thread(sys.stdin.buffer.readline):
        order = orjson.loads(line)
        answer = await drive(order["url"], read_bodies(Path(order["bodies"])), order["connections"])
        sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(serve_orders())
