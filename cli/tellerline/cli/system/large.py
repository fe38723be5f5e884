"""The large form on one machine: the bank in this process, gateway processes that share their ports, one database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tellerline.adapters.clock import Clock, SeededRandomness
from tellerline.cli.system.children import Child
from tellerline.cli.system.embedded import Books
from tellerline.cli.system.host_keys import host_document
from tellerline.cli.system.registration import register_population
from tellerline.cli.system.settings_file import write_settings
from tellerline.gateway.channels.http.settings import HttpSettings
from tellerline.gateway.channels.iso8583.settings import AtmSettings
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.settings import GatewaySettings, ServingSettings
from tellerline.simulators.admin import AdminServer
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.queues import rabbitmq_queues
from tellerline.simulators.servers.ports import hold_port

GATEWAY_MODULE = "tellerline.cli.system.gateway_process"


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeSystem:
    """Where its gateways answer, each of them at every address; a door that ``settings`` do not open is empty."""

    settings: GatewaySettings
    target: str
    admin: str
    atm_target: str
    http_url: str


@asynccontextmanager
async def start_large(
    settings: GatewaySettings, books: Books, processes: int, directory: Path, *, clock: Clock
) -> AsyncIterator[LargeSystem]:
    """``processes`` gateways that share the ports of all their channels (``SO_REUSEPORT``), until the block ends.

    Raises ``ChildFailedError`` with the last lines of a gateway's log when one does not come up; ``OSError`` for a port
    that somebody has.
    """
    url = settings.mq.url.get_secret_value()
    bank = SimulatedBank(clock, SeededRandomness(books.seed), queues=rabbitmq_queues(url, clock))
    population = bank.load_population(books.seed, books.customers, magic=books.magic) if books.customers else None
    bank.snapshot()
    admin = AdminServer(bank)
    children: list[Child] = []
    try:
        await bank.start()
        await admin.start()
        with ExitStack() as held:
            shared = _document(settings, bank, directory) | shared_doors(settings, held) | _pin_key(directory)
            for number in range(1, processes + 1):
                instance = f"{settings.instance}-{number}"
                file = directory / f"{instance}.toml"
                write_settings(file, {"instance": instance} | shared)
                children.append(Child(GATEWAY_MODULE, str(file), log=directory / f"{instance}.log"))
            said = [await asyncio.to_thread(child.ready) for child in children]
        if population is not None:
            store = PostgresqlStore(settings.store.dsn.get_secret_value(), clock, schema=settings.store.db_schema)
            await store.start()
            await register_population(store.registry, population, clock, settings)
            await store.close()
        yield LargeSystem(
            settings=settings,
            target=said[0]["target"],
            admin=admin.url,
            atm_target=said[0]["atm"],
            http_url=said[0]["http"],
        )
    finally:
        await asyncio.gather(*(asyncio.to_thread(child.stop) for child in children))
        await admin.close()
        await bank.close()


def _pin_key(directory: Path) -> dict[str, Any]:
    """One key for all gateways: a PIN block that is made for one of them may come to another."""
    file = directory / "pin-key.pem"
    file.touch(mode=0o600)
    key = ec.generate_private_key(ec.SECP256R1())
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key.private_bytes(*form))
    return {"pin": {"keys": [str(file)]}}


def _document(settings: GatewaySettings, bank: SimulatedBank, directory: Path) -> dict[str, Any]:
    return {
        "store": {
            "kind": "postgresql",
            "dsn": settings.store.dsn.get_secret_value(),
            "db_schema": settings.store.db_schema,
        },
        "mq": {"kind": "amqp", "url": settings.mq.url.get_secret_value()},
        "hosts": {name: host_document(host, directory) for name, host in bank.hosts.items()},
    }


def shared_doors(settings: GatewaySettings, held: ExitStack) -> dict[str, Any]:
    """The fronts that are open, each on a port that is known before the first process has it, and until ``held`` ends
    nobody else's."""
    front = settings.front
    open_ones: dict[str, Any] = {"front": {"kind": front.kind, "reflection": front.reflection} | _shared(front, held)}
    for name, door in (("atm", settings.atm), ("http", settings.http)):
        if door is not None:
            open_ones[name] = door.model_dump(mode="json", exclude_none=True) | _shared(door, held)
    return open_ones


def _shared(door: ServingSettings | AtmSettings | HttpSettings, held: ExitStack) -> dict[str, Any]:
    port = held.enter_context(hold_port(door.address, door.port)).getsockname()[1]
    return {"address": door.address, "port": port, "reuse_port": True}
