"""What one run needs, each part a process of its own: servers, bank, gateways, load, floors, peer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import orjson

from tellerline.adapters.clock import SystemClock
from tellerline.bench.books import Books
from tellerline.bench.doors import Doors
from tellerline.bench.enquiries import ENQUIRIES, Enquiry
from tellerline.bench.gateways import STORES, GatewayAsked, RunningGateway, start_gateway
from tellerline.bench.wire import Record, Wire
from tellerline.bench.worker import Worker
from tellerline.simulators.credit.server import REQUEST_QUEUE
from tellerline.simulators.servers import PostgresqlServer, RabbitmqServer

WITH_DOORS = ("connect", "sqlite")
"""The gateway that serves online banking and cash machines too."""
PEER = Path(__file__).parents[2] / "peers" / "first_version.py"
_PEER_PARTS = ("aio_pika", "aiosqlite", "httpx", "tenacity")


@dataclass(frozen=True, slots=True)
class Floor:
    """Does an enquiry with the bare libraries. ``bodies`` makes the messages of an order, where each must be new."""

    worker: Worker
    bodies: Callable[[int], Iterator[bytes]] | None = None


@dataclass(slots=True, kw_only=True)
class World:
    """``hosts`` are the hosts' parts of the settings, ``floors`` those of the enquiries by their names.

    ``json`` are bare web applications by their servers, with their ports. ``peer`` is None, and ``peer_missing`` says
    why, where its file or its libraries are not installed."""

    books: Books
    wire: Wire
    directory: Path
    hosts: Mapping[str, Mapping[str, str]]
    load: Worker
    echo: Worker
    echo_port: int
    doors: Doors
    http_load: Worker
    atm_load: Worker
    json: dict[str, tuple[Worker, int]]
    floors: dict[str, Floor]
    gateways: dict[tuple[str, str], RunningGateway]
    peer: Worker | None = None
    peer_port: int = 0
    peer_missing: str = ""


def peer_missing() -> str:
    """What keeps the peer from running here; empty when nothing does."""
    if not PEER.exists():
        return "the peer's source is in the repository only: bench/peers"
    absent = [name for name in _PEER_PARTS if find_spec(name) is None]
    return f"not installed: {', '.join(absent)} (pip install 'tellerline[bench]')" if absent else ""


def json_servers() -> tuple[str, ...]:
    """What a bare web application can be served by here: the server that we use, and the usual one if it is there."""
    return ("h2corn", "uvicorn") if find_spec("uvicorn") and find_spec("httptools") else ("h2corn",)


@contextmanager
def running_world(directory: Path, fronts: Sequence[str], customers: int) -> Iterator[World]:
    """Start all of it, end all of it. Blocks for about ten seconds.

    Raises ``ServerMissingError`` for a server that is not on this machine, ``BenchFailedError`` for a process that does
    not come up.
    """
    PostgresqlServer.install()
    RabbitmqServer.install()
    with ExitStack() as running:
        broker = running.enter_context(RabbitmqServer())
        database = running.enter_context(PostgresqlServer())
        start = _Starter(directory, running)
        books = Books.of(customers, SystemClock().now())
        hosts = _start_bank(start, books, broker.url)
        wire = Wire(hosts)
        doors = Doors(directory)
        gateways = {
            (front, store): start_gateway(
                GatewayAsked(
                    front=front,
                    store=store,
                    dsn=database.dsn,
                    amqp=broker.url,
                    hosts=hosts,
                    directory=directory,
                    doors=doors if (front, store) == WITH_DOORS else None,
                ),
                books,
                running,
            )
            for front in fronts
            for store in STORES
        }
        json = {name: start("-m", "tellerline.bench.floors", "json", "--server", name) for name in json_servers()}
        echo = start("-m", "tellerline.bench.floors", "echo")
        world = World(
            books=books,
            wire=wire,
            directory=directory,
            hosts=hosts,
            load=start("-m", "tellerline.bench.load"),
            echo=echo,
            echo_port=int(echo.hear()["port"]),
            doors=doors,
            http_load=start("-m", "tellerline.bench.http_load"),
            atm_load=start("-m", "tellerline.bench.atm_load"),
            json={name: (worker, int(worker.hear()["port"])) for name, worker in json.items()},
            floors={each.floor: _start_floor(start, each, wire, books, broker.url) for each in ENQUIRIES},
            gateways=gateways,
            peer_missing=peer_missing(),
        )
        for floor in world.floors.values():
            floor.worker.hear()
        if not world.peer_missing:
            world.peer = _start_peer(start, world, broker.url)
            world.peer_port = int(world.peer.hear()["port"])
        yield world


class _Starter:
    """Starts workers that end with the world."""

    def __init__(self, directory: Path, running: ExitStack) -> None:
        self.directory = directory
        self._running = running

    def __call__(self, *arguments: str) -> Worker:
        worker = Worker(*arguments, log=self.directory / "workers.log")
        self._running.callback(worker.stop)
        return worker

    def file(self, name: str, content: bytes) -> str:
        path = self.directory / name
        path.write_bytes(content)
        return str(path)


def _start_bank(start: _Starter, books: Books, amqp: str) -> dict[str, dict[str, str]]:
    """Its hosts' parts of the settings, once their books are filled."""
    customers, today = str(len(books.holders)), books.today.isoformat()
    asked = ("--amqp", amqp, "--customers", customers, "--today", today, "--directory", str(start.directory))
    return start("-m", "tellerline.bench.bank", *asked).hear()


def _start_floor(start: _Starter, enquiry: Enquiry, wire: Wire, books: Books, amqp: str) -> Floor:
    request, bodies = wire.request(enquiry, books), None
    if isinstance(request, Record):
        asked = ["queue", "--url", amqp, "--queue", request.queue, "--type", request.message_type]
    else:
        asked = ["post", "--url", request.url, "--headers", orjson.dumps(request.headers).decode()]
    body = request.body
    if wire.needs_signature(enquiry.host):
        bodies = partial(wire.signed, enquiry.host, body)
        body = next(bodies(1))
        asked = ["signed", *asked[1:], "--key", wire.signing_key(enquiry.host)]
    worker = start("-m", "tellerline.bench.floors", *asked, "--body", start.file(f"{enquiry.floor}.bin", body))
    return Floor(worker, bodies)


def _start_peer(start: _Starter, world: World, amqp: str) -> Worker:
    numbers = {holder.resource: holder.account for holder in world.books.holders}
    numbers |= {f"{name}/balance": number for name, number in numbers.items()}
    options = {
        "--wsdl": str(Path(str(files("tellerline.simulators.core"))) / "core.wsdl"),
        "--core": world.hosts["core"]["url"],
        "--amqp": amqp,
        "--queue": REQUEST_QUEUE,
        "--layout": start.file("layout.json", orjson.dumps(world.wire.layout())),
        "--numbers": start.file("numbers.json", orjson.dumps(numbers)),
        "--database": str(world.directory / "peer.db"),
    }
    return start(str(PEER), *(word for option in options.items() for word in option))
