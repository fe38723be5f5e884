"""What is measured: each subject does so many requests and says what they cost the process under test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice, repeat
from typing import Any

from tellerline.bench.doors import MACHINES
from tellerline.bench.enquiries import ENQUIRIES
from tellerline.bench.http_load import request_of
from tellerline.bench.load import write_bodies
from tellerline.bench.measure import Round, cpu_seconds
from tellerline.bench.messages import BALANCE, LOAN, STATEMENT, TRANSFER, Asked, Messages
from tellerline.bench.worker import BenchFailedError, Worker
from tellerline.bench.world import WITH_DOORS, Floor, World

CONNECTIONS = 10
STREAMS = 5
CONCURRENCY = CONNECTIONS * STREAMS
ECHO = "/bench.Echo/Echo"
_MICRO = 1e6
_AFTERWARDS_S = 0.15
"""A gateway writes audit and log in batches, up to a tenth of a second later: to be paid by those who caused it."""
_BALANCE_ANSWER = (
    b'{"name":"customers/7100000001/accounts/1/balance","ledgerAmount":{"currencyCode":"CNY","units":"9999790","nanos":'
    b'750000000},"availableAmount":{"currencyCode":"CNY","units":"9999790","nanos":750000000},"readTime":'
    b'"2026-03-02T09:15:04.123456Z"}'
)

ASKED_BESIDE: tuple[tuple[str, Asked, str], ...] = (
    ("statement_soap", STATEMENT, "sqlite"),
    ("transfer_sqlite", TRANSFER, "sqlite"),
    ("transfer_postgresql", TRANSFER, "postgresql"),
)
"""Beside the enquiries: name, request, and the store of the gateway that is asked."""
ASKED_OF_PEER: tuple[tuple[str, Asked], ...] = (("peer_balance_soap", BALANCE), ("peer_loan_mq", LOAN))


@dataclass(frozen=True, slots=True)
class Subject:
    """``run`` does that many requests; it raises ``BenchFailedError`` when one of them did not end well."""

    name: str
    run: Callable[[int], Round]


@dataclass(frozen=True, slots=True)
class Server:
    """A process under load, and where it listens; ``afterwards`` are the seconds after its last answer that count."""

    target: str
    pid: int
    afterwards: float = 0.0


def subjects_of(world: World) -> Iterator[Subject]:
    """The floors and the gateways, in the order in which they take their turns.

    Each comes soon after what it is compared with: the machine's own pace changes by the second.
    """
    messages = Messages(world.books, {})

    def echoed(count: int) -> Iterator[bytes]:
        return messages.bodies(BALANCE, count)

    yield _served(world, "grpc_echo", Server(f"127.0.0.1:{world.echo_port}", world.echo.pid), ECHO, echoed)
    yield from _json_echoes(world)
    for enquiry in ENQUIRIES:
        yield Subject(enquiry.floor, partial(_ordered, world, world.floors[enquiry.floor]))
        yield from _gateway_subjects(world, enquiry.name, enquiry.asked, "sqlite")
        if enquiry.asked is BALANCE:
            yield from _door_subjects(world)
    for name, asked, store in ASKED_BESIDE:
        yield from _gateway_subjects(world, name, asked, store)


def peer_subjects(world: World) -> Iterator[Subject]:
    """The peer's, where it can run."""
    if world.peer is not None:
        messages = Messages(world.books, {})
        peer = Server(f"127.0.0.1:{world.peer_port}", world.peer.pid)
        for name, request in ASKED_OF_PEER:
            yield _asking(world, name, peer, request, messages)


def _gateway_subjects(world: World, name: str, asked: Asked, store: str) -> Iterator[Subject]:
    """What is asked of every front over one store; enquiries are audited there too."""
    for (front, its_store), gateway in world.gateways.items():
        if its_store == store:
            server = Server(gateway.target, gateway.pid, _AFTERWARDS_S)
            yield _asking(world, f"{front}_{name}", server, asked, Messages(world.books, gateway.grants))


def _json_echoes(world: World) -> Iterator[Subject]:
    """Of what a balance is answered with."""
    request = request_of("/echo", body=_BALANCE_ANSWER)
    for name, (worker, port) in world.json.items():
        server = Server(f"http://127.0.0.1:{port}", worker.pid)
        yield _over_http(world, f"json_echo_{name}", server, lambda count: repeat(request, count))


def _door_subjects(world: World) -> Iterator[Subject]:
    """Balances through the doors beside gRPC, where a gateway has them."""
    gateway = world.gateways.get(WITH_DOORS)
    if gateway is None:
        return
    tokens, holders = world.doors.tokens(world.books), world.books.holders
    requests = [request_of(f"/v1/{holder.resource}/balance", token=tokens[holder.customer]) for holder in holders]
    server = Server(gateway.http, gateway.pid, _AFTERWARDS_S)
    yield _over_http(world, "http_balance", server, lambda count: islice(cycle(requests), count))
    cards = [holder.account for holder, _ in zip(cycle(holders), MACHINES, strict=False)]
    order = {
        "target": gateway.atm,
        "keys": str(world.doors.keys),
        "machines": dict(zip(MACHINES, cards, strict=True)),
        "streams": STREAMS,
    }
    machines = Server(gateway.atm, gateway.pid, _AFTERWARDS_S)
    yield Subject("atm_balance", lambda count: _under(world.atm_load, machines, order | {"requests": count}))


def _over_http(world: World, name: str, server: Server, bodies: Callable[[int], Iterator[bytes]]) -> Subject:
    file = world.directory / "http.bin"
    order = {"url": server.target, "bodies": str(file), "connections": CONCURRENCY}

    def run(count: int) -> Round:
        write_bodies(file, bodies(count))
        return _under(world.http_load, server, order | {"requests": count})

    return Subject(name, run)


def _under(load: Worker, server: Server, order: dict[str, Any]) -> Round:
    """What one order costs the process under load."""
    count = order["requests"]
    before = cpu_seconds([server.pid])
    answer = load.order(order)
    time.sleep(server.afterwards)
    cpu = cpu_seconds([server.pid]) - before
    if answer["failed"] or answer["requests"] != count:
        raise BenchFailedError(f"{answer['failed']} of {count} requests failed: {answer['codes']}")
    return Round(requests=count, failed=0, cpu_us=cpu / count * _MICRO, seconds=answer["seconds"])


def _asking(world: World, name: str, server: Server, asked: Asked, messages: Messages) -> Subject:
    return _served(world, name, server, messages.path(asked), lambda count: messages.bodies(asked, count))


def _served(world: World, name: str, server: Server, path: str, bodies: Callable[[int], Iterator[bytes]]) -> Subject:
    """A server under the load process; its own CPU counts."""
    file = world.directory / "bodies.bin"
    order: dict[str, Any] = {
        "target": server.target,
        "method": path,
        "bodies": str(file),
        "connections": CONNECTIONS,
        "streams": STREAMS,
    }

    def run(count: int) -> Round:
        write_bodies(file, bodies(count))
        return _under(world.load, server, order | {"requests": count})

    return Subject(name, run)


def _ordered(world: World, floor: Floor, count: int) -> Round:
    """A client that counts its own CPU."""
    order: dict[str, Any] = {"requests": count, "concurrency": CONCURRENCY}
    if floor.bodies is not None:
        order["bodies"] = str(world.directory / "signed.bin")
        write_bodies(world.directory / "signed.bin", floor.bodies(count))
    answer = floor.worker.order(order)
    return Round(requests=count, failed=0, cpu_us=answer["cpu"] / count * _MICRO, seconds=answer["seconds"])
