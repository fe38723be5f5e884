"""Compare a JSON balance of the HTTP channel with a bare Litestar echo: `python tools/measure_transcoder.py`.

Microseconds of processor time for one request, of the process that serves, on the same server (h2corn, HTTP/1.1, kept
connections): the least of several interleaved runs. The callers are in a process of their own.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import process_time
from typing import Any

import h2corn
import litestar
import orjson
from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from joserfc import jwt
from joserfc.jwk import ECKey

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.api.accounts.v1 import accounts_pb2 as pb
from tellerline.cli.system.embedded import Books, EmbeddedSystem, start_embedded
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.http.channel import HttpChannel
from tellerline.gateway.channels.http.transcoding.encoding import encoder_of
from tellerline.gateway.channels.service import Method, Service
from tellerline.gateway.settings import GatewaySettings

REQUESTS, CONNECTIONS, RUNS = 4_000, 50, 5
ISSUER = "http://127.0.0.1:9/issuer"
CUSTOMER = "8000000001"
BALANCE = {
    "name": f"customers/{CUSTOMER}/accounts/1/balance",
    "lastKnown": False,
    "ledgerAmount": {"currencyCode": "CNY", "units": "70795", "nanos": 240000000},
    "availableAmount": {"currencyCode": "CNY", "units": "70795", "nanos": 240000000},
    "readTime": "2026-03-02T04:00:00.000001Z",
}
_CALLER = """
import asyncio, sys
async def main(port, path, token, requests, connections):
    head = f"GET {path} HTTP/1.1\\r\\nhost: x\\r\\nauthorization: Bearer {token}\\r\\n\\r\\n".encode()
    async def one(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(count):
            writer.write(head)
            answer = await reader.readuntil(b"\\r\\n\\r\\n")
            assert answer.startswith(b"HTTP/1.1 200"), answer
            length = next(l for l in answer.lower().split(b"\\r\\n") if l.startswith(b"content-length"))
            await reader.readexactly(int(length.partition(b":")[2]))
        writer.close()
    await asyncio.gather(*(one(requests // connections) for _ in range(connections)))
port, path, token, requests, connections = sys.argv[1:]
asyncio.run(main(int(port), path, token, int(requests), int(connections)))
"""


@litestar.get("/v1/customers/{customer:str}/accounts/{account:str}/balance")
async def echo(customer: str, account: str) -> dict[str, object]:
    """What a team would write first, with nothing behind it."""
    return BALANCE | {"name": f"customers/{customer}/accounts/{account}/balance"}


async def served(port: int, token: str) -> float:
    """Microseconds of this process for one request."""
    path = f"/v1/customers/{CUSTOMER}/accounts/1/balance"
    began = process_time()
    arguments = (str(port), path, token, str(REQUESTS), str(CONNECTIONS))
    caller = await asyncio.create_subprocess_exec(sys.executable, "-c", _CALLER, *arguments)
    if await caller.wait():
        raise RuntimeError("a caller was refused")
    return (process_time() - began) / REQUESTS * 1e6


async def measured(subjects: dict[str, Callable[[], Awaitable[float]]]) -> dict[str, float]:
    found: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(RUNS):
        for name, run in subjects.items():
            found[name].append(await run())
    return {name: min(values) for name, values in found.items()}


async def compare(folder: Path) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    (folder / "jwks.json").write_bytes(orjson.dumps({"keys": [key.as_dict(private=False)]}))
    now = int(SystemClock().now().timestamp())
    claims = {"iss": ISSUER, "aud": "tellerline", "sub": CUSTOMER, "sid": "s", "iat": now, "exp": now + 900}
    claims |= {"client_id": "online-banking", "scope": "openid banking"}
    token = jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, claims, key)
    application: Any = litestar.Litestar([echo], openapi_config=None, logging_config=None)
    bare = h2corn.Server(
        application,
        h2corn.Config(bind=("127.0.0.1:0",), lifespan="off", runtime_threads=1, access_log=False, log_format="json"),
    )
    serving = asyncio.create_task(bare.serve())
    await bare.wait_started()
    system = await _system(folder)
    ports = [int(bare.addresses[0].rpartition(":")[2]), int(system.node.http_url.rpartition(":")[2])]
    alone = _channel_alone(system)
    ports.append(await alone.start())
    rows = await measured(
        {
            "bare Litestar JSON echo": lambda: served(ports[0], token),
            "HTTP channel, a handler that answers at once": lambda: served(ports[2], token),
            "HTTP balance, simulated host included": lambda: served(ports[1], token),
        }
    )
    for name, micros in rows.items():
        sys.stdout.write(f"{name:<45} {micros:8.1f}\n")
    await alone.drain(5)
    await system.stop()
    bare.shutdown()
    await serving


def _channel_alone(system: EmbeddedSystem) -> HttpChannel:
    """The same channel with the same logins, and nothing behind it."""
    reply = json_format.ParseDict(BALANCE, pb.Balance())

    async def answer(request: Message, call: CallContext) -> Message:
        return reply

    service = pb.DESCRIPTOR.services_by_name["AccountService"]
    methods = tuple(
        Method(name=rpc.name, request=GetMessageClass(rpc.input_type), response=pb.Balance, unary=answer)
        for rpc in service.methods
    )
    settings, parts = system.node.settings, system.node.gateway.parts
    if settings.http is None:
        raise TypeError("the system has no online banking")
    return HttpChannel(
        (Service(full_name=service.full_name, methods=methods),),
        settings.http,
        grants=parts.grants,
        registry=parts.registry,
        clock=parts.clock,
        randomness=SystemRandomness(),
        log=system.node.log,
        grant_seconds=900,
    )


async def _system(folder: Path) -> EmbeddedSystem:
    plenty = {"per_address": 10**9, "per_customer": 10**9}
    http = {"mode": "development", "issuer": ISSUER, "jwks": str(folder / "jwks.json"), "rates": plenty}
    settings = GatewaySettings.model_validate({"store": {"path": folder / "journal.db"}, "http": http})
    return await start_embedded(
        settings,
        Books(customers=10),
        clock=SystemClock(),
        randomness=SystemRandomness(),
        log_descriptor=os.open(os.devnull, os.O_WRONLY),
    )


def encoding() -> None:
    """The reply alone, against the library's own."""
    from timeit import timeit

    message = json_format.ParseDict(BALANCE, pb.Balance())
    encode = encoder_of(pb.Balance.DESCRIPTOR)
    for name, run in (
        ("encode the balance: compiled plan", lambda: orjson.dumps(encode(message))),
        ("encode the balance: protobuf's json_format", lambda: json_format.MessageToJson(message)),
    ):
        micros = min(timeit(run, number=5_000) / 5_000 * 1e6 for _ in range(RUNS))
        sys.stdout.write(f"{name:<45} {micros:8.1f}\n")


def main() -> int:
    encoding()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(compare(Path(folder)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
