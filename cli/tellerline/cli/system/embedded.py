"""The whole system in one process: simulated bank, gateway, front. No server to install."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tellerline.adapters.clock import Clock, Randomness, SeededRandomness
from tellerline.adapters.mq.memory import MemoryBroker
from tellerline.cli.system.host_keys import host_document
from tellerline.cli.system.node import GatewayNode, HostTimes, build_node
from tellerline.cli.system.registration import register_population
from tellerline.gateway.settings import GatewaySettings, HostSettings
from tellerline.simulators.admin import AdminServer
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.population import Population
from tellerline.simulators.queues import memory_queues, rabbitmq_queues


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the simulated bank starts with; 0 customers are empty books."""

    seed: int = 1
    customers: int = 1_000
    magic: bool = True


@dataclass(slots=True, kw_only=True)
class EmbeddedSystem:
    """Bank, admin API and one gateway on the running loop. ``population`` is what was loaded."""

    bank: SimulatedBank
    admin: AdminServer
    node: GatewayNode
    population: Population | None = field(default=None)

    async def stop(self) -> None:
        await self.node.stop()
        await self.admin.close()
        await self.bank.close()


async def start_embedded(
    settings: GatewaySettings,
    books: Books,
    *,
    clock: Clock,
    randomness: Randomness,
    log_descriptor: int,
    host_times: HostTimes | None = None,
) -> EmbeddedSystem:
    """Start everything and register the population's accounts. The addresses of ``settings.hosts`` are filled in here.

    With ``mq.kind`` ``amqp`` hosts on a queue listen on that broker, else on one in this process.
    """
    broker = MemoryBroker(clock) if settings.mq.kind == "memory" else None
    queues = memory_queues(broker) if broker else rabbitmq_queues(settings.mq.url.get_secret_value(), clock)
    bank = SimulatedBank(clock, SeededRandomness(books.seed), queues=queues)
    population = None
    if books.customers:
        population = bank.load_population(books.seed, books.customers, magic=books.magic)
    bank.snapshot()
    await bank.start()
    admin = AdminServer(bank)
    await admin.start()
    with TemporaryDirectory(prefix="tellerline-keys-") as directory:
        node = build_node(
            settings.model_copy(update={"hosts": _hosts(settings, bank, Path(directory))}),
            clock=clock,
            randomness=randomness,
            log_descriptor=log_descriptor,
            broker=broker,
            host_times=host_times,
        )
    system = EmbeddedSystem(bank=bank, admin=admin, node=node, population=population)
    try:
        await node.start()
        if population is not None:
            await register_population(node.gateway.parts.registry, population, clock, settings)
    except BaseException:
        await asyncio.shield(system.stop())
        raise
    return system


def _hosts(settings: GatewaySettings, bank: SimulatedBank, directory: Path) -> Mapping[str, HostSettings]:
    """What the settings say of each host, at the address that it has here, with the keys of the simulated one."""
    hosts = {}
    for name, host in bank.hosts.items():
        said = settings.hosts.get(name, HostSettings()).model_dump(exclude_unset=True)
        hosts[name] = HostSettings(**(said | host_document(host, directory)))
    return hosts
