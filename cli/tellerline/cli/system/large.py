"""The large form on one machine: the bank in this process, several gateway processes on one port, one database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.settings import GatewaySettings
from tellerline.simulators.admin import AdminServer
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.queues import rabbitmq_queues
from tellerline.simulators.servers.ports import free_port

GATEWAY_MODULE = "tellerline.cli.system.gateway_process"


@asynccontextmanager
async def start_large(
    settings: GatewaySettings, books: Books, processes: int, directory: Path, *, clock: Clock
) -> AsyncIterator[tuple[str, str]]:
    """``processes`` gateways behind one port (``SO_REUSEPORT``); yields the gateways' target and the admin API's URL.

    Raises ``ChildFailedError`` with the last lines of a gateway's log when one does not come up.
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
        port = settings.front.port or free_port()
        pin_key = _pin_key(directory)
        for number in range(1, processes + 1):
            instance = f"{settings.instance}-{number}"
            file = directory / f"{instance}.toml"
            write_settings(file, _document(settings, bank, instance, port, directory) | pin_key)
            children.append(Child(GATEWAY_MODULE, str(file), log=directory / f"{instance}.log"))
        for child in children:
            await asyncio.to_thread(child.ready)
        if population is not None:
            store = PostgresqlStore(settings.store.dsn.get_secret_value(), clock, schema=settings.store.db_schema)
            await store.start()
            await register_population(store.registry, population, clock, settings)
            await store.close()
        yield f"{settings.front.address}:{port}", admin.url
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


def _document(
    settings: GatewaySettings, bank: SimulatedBank, instance: str, port: int, directory: Path
) -> dict[str, Any]:
    return {
        "instance": instance,
        "store": {
            "kind": "postgresql",
            "dsn": settings.store.dsn.get_secret_value(),
            "db_schema": settings.store.db_schema,
        },
        "mq": {"kind": "amqp", "url": settings.mq.url.get_secret_value()},
        "hosts": {name: host_document(host, directory) for name, host in bank.hosts.items()},
        "front": {
            "kind": settings.front.kind,
            "address": settings.front.address,
            "port": port,
            "reuse_port": True,
            "reflection": settings.front.reflection,
        },
    }
