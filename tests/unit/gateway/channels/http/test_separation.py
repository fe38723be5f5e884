"""Whose request it is is decided before any service sees it: services that let everybody in, behind the channel."""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
import pytest_asyncio
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from joserfc import jwt
from joserfc.jwk import ECKey

import tellerline.api
from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.http.channel import HttpChannel
from tellerline.gateway.channels.http.openapi.document import public_path
from tellerline.gateway.channels.http.settings import HttpSettings
from tellerline.gateway.channels.http.transcoding.routes import Route, routes_of
from tellerline.gateway.channels.service import Method, Service
from tellerline.gateway.journal.records import Customer
from tellerline.gateway.journal.sqlite import SqliteStore

ISSUER = "http://127.0.0.1:9/issuer"
pytestmark = pytest.mark.asyncio(loop_scope="module")
START = datetime(2026, 3, 2, tzinfo=UTC)
PLENTY = {"per_address": 1_000_000, "per_customer": 1_000_000}
THIEF, VICTIM = "C1", "C2"


def contract() -> Iterator[ServiceDescriptor]:
    for module in pkgutil.walk_packages(tellerline.api.__path__, "tellerline.api."):
        if module.name.endswith("_pb2"):
            yield from importlib.import_module(module.name).DESCRIPTOR.services_by_name.values()


SERVICES = tuple(contract())
ROUTES = tuple(route for route in routes_of(SERVICES) if route.customer is not None)


@dataclass
class OpenHouse:
    """Every service of the contract, each method of which answers whoever asks; ``seen`` is what they were asked."""

    seen: list[Any] = field(default_factory=list)

    def services(self) -> tuple[Service, ...]:
        return tuple(
            Service(full_name=each.full_name, methods=tuple(self._method(rpc) for rpc in each.methods))
            for each in SERVICES
        )

    def _method(self, rpc: Any) -> Method:
        response = GetMessageClass(rpc.output_type)

        async def once(request: Message, call: CallContext) -> Message:
            self.seen.append(request)
            return response()

        async def stream(request: Message, call: CallContext) -> AsyncIterator[Message]:
            self.seen.append(request)
            yield response()

        how: dict[str, Any] = {"stream": stream} if rpc.server_streaming else {"unary": once}
        return Method(name=rpc.name, request=GetMessageClass(rpc.input_type), response=response, **how)


@dataclass
class Door:
    """The channel before an open house, and the thief's token."""

    channel: HttpChannel
    house: OpenHouse
    token: str

    async def ask(self, method: str, path: str, query: str = "") -> tuple[int, dict[str, Any]]:
        sent: list[Any] = []
        headers = {"authorization": f"Bearer {self.token}", "idempotency-key": "k", "content-type": "application/json"}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("192.0.2.1", 4711),
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"{}", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.channel.application(scope, receive, send)
        return sent[0]["status"], orjson.loads(sent[1]["body"])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    tmp_path = tmp_path_factory.mktemp("door")
    clock, key, house = VirtualClock(START), ECKey.generate_key("P-256", auto_kid=True), OpenHouse()
    (tmp_path / "jwks.json").write_bytes(orjson.dumps({"keys": [key.as_dict(private=False)]}))
    claims: dict[str, Any] = {"iss": ISSUER, "aud": "tellerline", "sub": THIEF, "sid": "s", "scope": "banking"}
    claims["exp"] = int(START.timestamp()) + 600
    store = SqliteStore(tmp_path / "journal.db", clock)
    await store.start()
    for number in (THIEF, VICTIM):
        await store.registry.add_customer(
            Customer(number=number, name="张三", identity_document=number, tier="STANDARD", registered_at=START)
        )
    channel = HttpChannel(
        house.services(),
        HttpSettings.model_validate(
            {"mode": "development", "issuer": ISSUER, "jwks": str(tmp_path / "jwks.json"), "rates": PLENTY}
        ),
        grants=store.grants,
        registry=store.registry,
        clock=clock,
        randomness=SeededRandomness("separation"),
        log=make_log(clock, LogWriter(os.open(os.devnull, os.O_WRONLY))),
        grant_seconds=900,
    )
    yield Door(channel, house, jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, claims, key))
    await channel.drain(1)
    await store.close()


@pytest.fixture
def door(opened: Door) -> Door:
    """Nobody has passed yet."""
    opened.house.seen.clear()
    return opened


def path_of(route: Route, customer: str) -> str:
    segments = [
        customer if place == route.customer else "1" if part == "*" else part
        for place, part in enumerate(route.template.segments)
    ]
    return f"/{'/'.join(segments)}{':' + route.template.verb if route.template.verb else ''}"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {public_path(route)}")
async def test_somebody_elses_number_in_the_path_leads_to_no_service(door: Door, route: Route) -> None:
    for customer in (VICTIM, "C3", "c1", "C1%20", "%43%32"):
        status, document = await door.ask(route.method, path_of(route, customer))
        code = "ACCOUNT_NOT_FOUND" if route.account else "CUSTOMER_NOT_FOUND"
        assert (status, document["code"]) == (404, code), customer
    assert door.house.seen == []


@pytest.mark.parametrize("customer", [THIEF, "%43%31"])
async def test_ones_own_number_does(door: Door, customer: str) -> None:
    status, _ = await door.ask("GET", f"/v1/customers/{customer}/accounts/1/balance")
    assert status == 200
    (asked,) = door.house.seen
    assert asked.name == "customers/C1/accounts/1/balance"
    assert asked.context.customer == "customers/C1"


@pytest.mark.parametrize(
    ("said", "meant"),
    [("k", "C1:k"), ("C1:k", "C1:k"), ("C2:k", "C1:C2:k"), ("C1", "C1:C1"), (":k", "C1::k"), ("c1:k", "C1:c1:k")],
)
async def test_a_look_up_reaches_ones_own_serials_alone(door: Door, said: str, meant: str) -> None:
    status, _ = await door.ask("GET", "/v1/transfers:lookUp", f"originalChannelSerial={said}")
    assert status == 200
    (asked,) = door.house.seen
    assert asked.original_channel_serial == meant
