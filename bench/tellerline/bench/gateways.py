"""Gateways as an installation runs them, one process each, with everybody registered and identified."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from tellerline.adapters.clock import Clock, SystemClock
from tellerline.bench.books import PIN, Books, Company, Holder
from tellerline.bench.doors import Doors
from tellerline.cli.system.children import Child
from tellerline.cli.system.settings_file import write_settings
from tellerline.gateway.client import Client, open_channel
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.journal.records import Customer, RegisteredAccount
from tellerline.gateway.journal.sqlite import SqliteStore
from tellerline.gateway.settings import GatewaySettings
from tellerline.simulators.corporate.population import PIN as COMPANY_PIN

STORES = ("sqlite", "postgresql")
MODULE = "tellerline.cli.system.gateway_process"

_PLENTY = {"single": 2_000_000, "daily": 10**13, "count": 10**6}
_GRANT_SECONDS = 4 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAsked:
    front: str
    store: str
    dsn: str
    amqp: str
    hosts: Mapping[str, Mapping[str, str]]
    directory: Path
    doors: Doors | None = None

    @property
    def name(self) -> str:
        return f"{self.front}-{self.store}"

    def document(self) -> dict[str, Any]:
        """Settings as shipped, but for limits that let a long run through and grants that outlive it."""
        schema = f"bench_{self.front}"
        stores: dict[str, dict[str, Any]] = {
            "sqlite": {"kind": "sqlite", "path": self.directory / f"{self.name}.db"},
            "postgresql": {"kind": "postgresql", "dsn": self.dsn, "db_schema": schema},
        }
        return {
            "instance": self.name,
            "store": stores[self.store],
            "mq": {"kind": "amqp", "url": self.amqp},
            "hosts": self.hosts,
            "front": {"kind": self.front},
            "limits": {"standard": _PLENTY, "ceiling": _PLENTY},
            "channels": {name: {"grant_seconds": _GRANT_SECONDS} for name in ("IVR", "ATM", "ONLINE_BANKING")},
            **(self.doors.document() if self.doors else {}),
        }


@dataclass(frozen=True, slots=True)
class RunningGateway:
    """``grants`` are tokens: the holders' by customer number, those of companies by ``Company.caller``.

    ``http`` and ``atm`` are where its other doors are, empty without them.
    """

    target: str
    pid: int
    grants: dict[str, str]
    http: str = ""
    atm: str = ""


def start_gateway(asked: GatewayAsked, books: Books, running: ExitStack) -> RunningGateway:
    """Register all holders, start the gateway, have it register the companies, and everybody type the PIN.

    The gateway ends with ``running``.
    """
    file = asked.directory / f"{asked.name}.toml"
    settings = write_settings(file, asked.document())
    uvloop.run(_register(settings, books))
    child = Child(MODULE, str(file), log=asked.directory / f"{asked.name}.log")
    running.callback(child.stop)
    said = child.ready()
    grants = uvloop.run(_identify(said["target"], books))
    return RunningGateway(said["target"], said["pid"], grants, said.get("http", ""), said.get("atm", ""))


async def _register(settings: GatewaySettings, books: Books) -> None:
    clock = SystemClock()
    store = _store(settings, clock)
    await store.start()
    limits = settings.limits.standard.limits()

    async def register(holder: Holder) -> None:
        document = f"99{holder.customer}000001"
        await store.registry.add_customer(
            Customer(
                number=holder.customer,
                name=holder.name,
                identity_document=document,
                tier="STANDARD",
                registered_at=clock.now(),
            )
        )
        await store.registry.add_account(
            RegisteredAccount(
                customer=holder.customer,
                sequence=0,
                account=holder.account,
                host="core",
                kind="CARD",
                currency="CNY",
                limits=limits,
                registered_at=clock.now(),
            )
        )

    await asyncio.gather(*(register(holder) for holder in books.holders))
    await store.close()


def _store(settings: GatewaySettings, clock: Clock) -> Store:
    if settings.store.kind == "sqlite":
        return SqliteStore(settings.store.path, clock)
    return PostgresqlStore(settings.store.dsn.get_secret_value(), clock, schema=settings.store.db_schema)


async def _identify(target: str, books: Books) -> dict[str, str]:
    channel = open_channel(target)
    client = Client(channel)

    async def verify(holder: Holder) -> tuple[str, str]:
        customer = f"customers/{holder.customer}"
        request = {"context": _at_ivr(holder.customer), "customer": customer, "account": holder.resource, "pin": PIN}
        grant = await client.call("customers.v1.CustomerService/VerifyPin", request)
        return holder.customer, grant["token"]

    async def represent(company: Company) -> tuple[str, str]:
        counter = {"channel": "CHANNEL_COUNTER", "channel_serial": f"register-{company.number}"}
        paper = {"company_number": company.number, "credit_code": company.credit_code}
        await client.call("corporate.v1.CorporateService/RegisterCompany", {"context": counter, **paper})
        request = {"context": _at_ivr(company.caller), "representative": company.resource, "pin": COMPANY_PIN}
        grant = await client.call("corporate.v1.CorporateService/VerifyRepresentative", request)
        return company.caller, grant["token"]

    holders, companies = map(verify, books.holders), map(represent, books.companies)
    grants = dict(await asyncio.gather(*holders, *companies))
    await channel.close(None)
    return grants


def _at_ivr(caller: str) -> dict[str, str]:
    return {"channel": "CHANNEL_IVR", "channel_serial": f"pin-{caller}", "call": f"call-{caller}"}
