"""What is measured: each subject does so many requests and says what they cost the process under test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from tellerline.bench.enquiries import ENQUIRIES
from tellerline.bench.load import write_bodies
from tellerline.bench.measure import Round, cpu_seconds
from tellerline.bench.messages import BALANCE, LOAN, STATEMENT, TRANSFER, Asked, Messages
from tellerline.bench.worker import BenchFailedError
from tellerline.bench.world import Floor, World

CONNECTIONS = 10
STREAMS = 5
CONCURRENCY = CONNECTIONS * STREAMS
ECHO = "/bench.Echo/Echo"
_MICRO = 1e6

ASKED_OF_GATEWAYS: tuple[tuple[str, Asked, str], ...] = (
    *((enquiry.name, enquiry.asked, "sqlite") for enquiry in ENQUIRIES),
    ("statement_soap", STATEMENT, "sqlite"),
    ("transfer_sqlite", TRANSFER, "sqlite"),
    ("transfer_postgresql", TRANSFER, "postgresql"),
)
"""Name, request, and the store of the gateway that is asked; enquiries are audited in that store too."""
ASKED_OF_PEER: tuple[tuple[str, Asked], ...] = (("peer_balance_soap", BALANCE), ("peer_loan_mq", LOAN))


@dataclass(frozen=True, slots=True)
class Subject:
    """``run`` does that many requests; it raises ``BenchFailedError`` when one of them did not end well."""

    name: str
    run: Callable[[int], Round]


@dataclass(frozen=True, slots=True)
class Server:
    """A process under load, and where it listens."""

    target: str
    pid: int


def subjects_of(world: World) -> Iterator[Subject]:
    """The floors and the gateways, in the order in which they take their turns."""
    messages = Messages(world.books, {})

    def echoed(count: int) -> Iterator[bytes]:
        return messages.bodies(BALANCE, count)

    yield _served(world, "grpc_echo", Server(f"127.0.0.1:{world.echo_port}", world.echo.pid), ECHO, echoed)
    for name, floor in world.floors.items():
        yield Subject(name, partial(_ordered, world, floor))
    for front, store in world.gateways:
        yield from _gateway_subjects(world, front, store)


def peer_subjects(world: World) -> Iterator[Subject]:
    """The peer's, where it can run."""
    if world.peer is not None:
        messages = Messages(world.books, {})
        peer = Server(f"127.0.0.1:{world.peer_port}", world.peer.pid)
        for name, asked in ASKED_OF_PEER:
            yield _asking(world, name, peer, asked, messages)


def _gateway_subjects(world: World, front: str, store: str) -> Iterator[Subject]:
    gateway = world.gateways[front, store]
    server, messages = Server(gateway.target, gateway.pid), Messages(world.books, gateway.grants)
    for name, asked, its_store in ASKED_OF_GATEWAYS:
        if its_store == store:
            yield _asking(world, f"{front}_{name}", server, asked, messages)


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
        before = cpu_seconds([server.pid])
        answer = world.load.order(order)
        cpu = cpu_seconds([server.pid]) - before
        if answer["failed"] or answer["requests"] != count:
            raise BenchFailedError(f"{name}: {answer['failed']} of {count} requests failed: {answer['codes']}")
        return Round(requests=count, failed=0, cpu_us=cpu / count * _MICRO, seconds=answer["seconds"])

    return Subject(name, run)


def _ordered(world: World, floor: Floor, count: int) -> Round:
    """A client that counts its own CPU."""
    order: dict[str, Any] = {"requests": count, "concurrency": CONCURRENCY}
    if floor.bodies is not None:
        order["bodies"] = str(world.directory / "signed.bin")
        write_bodies(world.directory / "signed.bin", floor.bodies(count))
    answer = floor.worker.order(order)
    return Round(requests=count, failed=0, cpu_us=answer["cpu"] / count * _MICRO, seconds=answer["seconds"])
