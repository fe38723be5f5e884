"""Gateways in processes of their own on one store, as an installation runs them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from journal_stores import fresh_schema
from live_bank import LiveBank

from tellerline.adapters.clock import SystemClock
from tellerline.cli.system.children import Child
from tellerline.cli.system.registration import register_population
from tellerline.cli.system.settings_file import write_settings
from tellerline.connectors.discovery import discover
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.journal.sqlite import SqliteStore
from tellerline.gateway.settings import GatewaySettings
from tellerline.simulators.servers.ports import free_port

MODULE = "tellerline.cli.system.gateway_process"
_PLENTY = {"single": 10**12, "daily": 10**13, "count": 10**6}
GENEROUS: dict[str, Any] = {"limits": {"standard": _PLENTY, "ceiling": _PLENTY}}
"""Settings under which no limit is ever reached."""

_QUICK = {
    "max_processing_seconds = 30": "max_processing_seconds = 3",
    "inquire_after = [2, 4, 8]": "inquire_after = [0.2, 0.4]",
    "forward_after = [1, 2, 4, 8, 15]": "forward_after = [0.2, 0.4]",
    '"host.Inquire" = 5': '"host.Inquire" = 3',
    '"host.Reverse" = 10': '"host.Reverse" = 3',
    '"transfers.CreateTransfer" = 10': '"transfers.CreateTransfer" = 3',
    '"credit.RepayLoan" = 10': '"credit.RepayLoan" = 3',
}


def in_a_hurry(directory: Path) -> dict[str, Any]:
    """Settings under which both hosts' doubts are pursued within seconds; the manifests go into ``directory``."""
    hosts = {}
    for folder in discover():
        if folder.manifest.name in ("core", "credit"):
            text = (folder.path / "host.toml").read_text("utf-8")
            for usual, quick in _QUICK.items():
                text = text.replace(usual, quick)
            file = directory / f"{folder.manifest.name}.toml"
            file.write_text(text, "utf-8")
            hosts[folder.manifest.name] = {"manifest": file}
    return {"hosts": hosts, "sweep_seconds": 0.5}


@dataclass
class Installation:
    """One store and the settings of the gateways on it; ``dsn`` empty means SQLite.

    ``more`` goes into every file; of its hosts, those that the bank has, and second versions of them.
    """

    directory: Path
    live: LiveBank
    dsn: str = ""
    amqp: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    schema: str = field(default_factory=fresh_schema)
    said: dict[str, Any] = field(default_factory=dict)
    """What the last gateway to be ready said of its doors."""

    def settings(self, instance: str) -> Path:
        """The settings file of ``instance``, which listens on a port of its own that stays the same."""
        file = self.directory / f"{instance}.toml"
        if not file.exists():
            write_settings(file, self._document(instance))
        return file

    def log(self, instance: str) -> Path:
        return self.directory / f"{instance}.log"

    def target(self, instance: str) -> str:
        front = GatewaySettings.load(self.settings(instance)).front
        return f"{front.address}:{front.port}"

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The store itself, for registering customers before, and for reading the journal after."""
        store = (
            _sqlite(self.directory) if not self.dsn else PostgresqlStore(self.dsn, SystemClock(), schema=self.schema)
        )
        await store.start()
        try:
            yield store
        finally:
            await store.close()

    async def register(self) -> None:
        """Make the bank's whole population known, with the limits that the settings say."""
        settings = GatewaySettings.load(self.settings("registrar"))
        async with self.store() as store:
            await register_population(store.registry, self.live.population, SystemClock(), settings)

    def _document(self, instance: str) -> dict[str, Any]:
        store: dict[str, Any] = {"kind": "sqlite", "path": self.directory / "journal.db"}
        if self.dsn:
            store = {"kind": "postgresql", "dsn": self.dsn, "db_schema": self.schema}
        hosts: dict[str, Any] = {"core": {"url": self.live.bank.core.url}}
        document: dict[str, Any] = {
            "instance": instance,
            "store": store,
            "front": {"port": free_port()},
            "hosts": hosts,
        }
        if self.amqp:
            hosts["credit"] = {}
            document["mq"] = {"kind": "amqp", "url": self.amqp}
        merged = _merged(document, self.more)
        connected = {name: host for name, host in merged["hosts"].items() if name in hosts or "of" in host}
        return merged | {"hosts": connected}

    @asynccontextmanager
    async def gateways(self, *instances: str) -> AsyncIterator[list[str]]:
        """Cold processes, stopped in good order at the end; yields their targets."""
        await self.register()
        async with AsyncExitStack() as stack:
            children = [stack.enter_context(self.gateway(instance)) for instance in instances]
            targets = []
            for child in children:
                self.said = await asyncio.to_thread(child.ready)
                targets.append(self.said["target"])
            yield targets

    @contextmanager
    def gateway(self, instance: str) -> Iterator[Child]:
        """One cold process, not waited for, stopped in good order at the end."""
        with ExitStack() as stack:
            child = Child(MODULE, str(self.settings(instance)), log=self.log(instance))
            stack.callback(child.stop)
            yield child


def _sqlite(directory: Path) -> SqliteStore:
    return SqliteStore(directory / "journal.db", SystemClock())


def _merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """``more`` over ``base``, table by table."""
    merged = dict(base)
    for key, value in more.items():
        before = merged.get(key)
        merged[key] = _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged
