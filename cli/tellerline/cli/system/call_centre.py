"""A call centre beside a gateway: its site, its tickets and its front, on a switch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tellerline.adapters.clock import Clock, Randomness
from tellerline.adapters.telemetry import Log, Tracing, TracingRules
from tellerline.callcenter.call_trace import CallTracing
from tellerline.callcenter.centre import CallCentre, CentreParts
from tellerline.callcenter.gateway_client import GatewayClient
from tellerline.callcenter.live.log import FactLog, postgresql_log, sqlite_log
from tellerline.callcenter.people import People
from tellerline.callcenter.settings import CentreSettings, GatewayTls, StoreSettings
from tellerline.callcenter.tickets.databases import postgresql_tickets, sqlite_tickets
from tellerline.callcenter.tickets.history import CustomerHistory
from tellerline.callcenter.tickets.office import OfficeParts, TicketOffice
from tellerline.callcenter.tickets.store import TicketStore
from tellerline.callcenter.tickets.transactions import GatewayTransactions
from tellerline.cli.system.centre_files import CentreFiles
from tellerline.cli.system.switches import TelephoneRoom
from tellerline.gateway.client import ClientTls, open_channel
from tellerline.gateway.settings import StoreSettings as GatewayStoreSettings

UNTRACED = TracingRules(ratio=0.0)
_SERVICE = "tellerline-call-centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCentre:
    """``target`` is where ``agents.v1``, ``calls.v1``, ``queues.v1`` and ``tickets.v1`` answer."""

    centre: CallCentre
    people: People
    switch: str
    target: str


def store_beside(gateway: GatewayStoreSettings) -> StoreSettings:
    """Where a call centre keeps what it knows that says nothing of it: of the gateway's kind, and beside it."""
    if gateway.kind == "postgresql":
        return StoreSettings(kind="postgresql", dsn=gateway.dsn)
    return StoreSettings(directory=gateway.path.parent)


@asynccontextmanager
async def call_centre(
    settings: CentreSettings,
    files: CentreFiles,
    store: StoreSettings,
    room: TelephoneRoom,
    gateway: str,
    *,
    clock: Clock,
    randomness: Randomness,
    logger: Log,
    traces: TracingRules = UNTRACED,
) -> AsyncIterator[RunningCentre]:
    """Until the block ends; calls that are up at a switch of somebody else outlive it.

    Raises the call centre's ``StoreUnavailableError``, and ``OSError``.
    """
    async with AsyncExitStack() as stack:
        channel = await stack.enter_async_context(open_channel(gateway, _tls(settings.gateway)))
        office = _office(settings, files, store, GatewayClient(channel), clock, randomness, logger)
        stack.push_async_callback(office.stop)
        await office.start()
        centre = CallCentre(
            CentreParts(
                settings=settings.site_settings(files.plan),
                log=_facts(store, settings.site, clock),
                switch=room.switch,
                gateway=channel,
                flows=files.flows,
                roster=files.people.roster,
                period=files.period if settings.period == "calendar" else lambda at: settings.period,
                region=files.callers.region,
                clock=clock,
                logger=logger,
                front=settings.front,
                beside=office.services,
                open_tickets=office.desk.open_of,
                tracing=call_tracing(traces, randomness),
            )
        )
        stack.push_async_callback(centre.close)
        port = await centre.start()
        target = f"{settings.front.address}:{port}"
        yield RunningCentre(centre=centre, people=files.people, switch=settings.switch.kind, target=target)


def _office(
    settings: CentreSettings,
    files: CentreFiles,
    store: StoreSettings,
    gateway: GatewayClient,
    clock: Clock,
    randomness: Randomness,
    logger: Log,
) -> TicketOffice:
    return TicketOffice(
        OfficeParts(
            store=_tickets(store, settings.site, clock),
            transactions=GatewayTransactions(gateway, randomness),
            staff=files.people.staff,
            calendar=lambda: files.calendar,
            clock=clock,
            randomness=randomness,
            log=logger,
            history=CustomerHistory(gateway, logger),
        )
    )


def call_tracing(rules: TracingRules, randomness: Randomness) -> CallTracing:
    """Every call has a trace id; spans are exported where somebody collects them."""
    exported = Tracing(replace(rules, service=_SERVICE), randomness) if rules.endpoint else None
    return CallTracing(exported, ratio=rules.ratio)


def _facts(store: StoreSettings, site: str, clock: Clock) -> FactLog:
    if store.kind == "postgresql":
        return postgresql_log(store.dsn.get_secret_value(), clock, site, schema=store.calls_schema)
    return sqlite_log(_file(store, f"calls-{site}"), site)


def _tickets(store: StoreSettings, site: str, clock: Clock) -> TicketStore:
    if store.kind == "postgresql":
        return postgresql_tickets(store.dsn.get_secret_value(), clock, schema=store.tickets_schema)
    return sqlite_tickets(_file(store, f"tickets-{site}"))


def _file(store: StoreSettings, name: str) -> Path:
    return store.directory / f"{name}.db"


def _tls(settings: GatewayTls) -> ClientTls | None:
    if settings.authority is None:
        return None
    return ClientTls(authority=settings.authority, certificate=settings.certificate, key=settings.key)
