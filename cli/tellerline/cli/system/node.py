"""One gateway process: hosts, store, gateway and front, made from its settings."""

from __future__ import annotations

import asyncio
import signal
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from tellerline.adapters.clock import Clock, Randomness
from tellerline.adapters.memory import settle_memory
from tellerline.adapters.mq.memory import MemoryBroker
from tellerline.adapters.soap.credentials import MessageSecurity
from tellerline.adapters.telemetry import LibraryLines, Log, LogWriter, Metrics, make_log
from tellerline.cli.system.online_banking import http_channel
from tellerline.connectors.discovery import HostFolder, connect, discover
from tellerline.connectors.toml import ManifestError
from tellerline.connectors.transports import Endpoint
from tellerline.gateway.assembly import Gateway, Surroundings, build_gateway
from tellerline.gateway.channels.grpc.front import Front, FrontSettings, TlsFiles
from tellerline.gateway.channels.grpc.status import StatusWriter
from tellerline.gateway.hosts.policy import HostBinding
from tellerline.gateway.journal.port import Store, StoreUnavailableError
from tellerline.gateway.settings import GatewaySettings, HostSettings, ServingSettings

if TYPE_CHECKING:
    from tellerline.gateway.channels.http.channel import HttpChannel
    from tellerline.gateway.channels.iso8583.server import Iso8583Front


class HostTimes(Protocol):
    """Changes a host's own times, for systems whose clock is not the bank's (replays)."""

    def __call__(self, binding: HostBinding) -> HostBinding: ...


@dataclass(slots=True, kw_only=True)
class GatewayNode:
    """A gateway with its fronts. ``start`` serves; ``stop`` drains, and may be called once."""

    settings: GatewaySettings
    gateway: Gateway
    front: Front
    log: Log
    _writer: LogWriter
    _libraries: LibraryLines
    atm: Iso8583Front | None = None
    http: HttpChannel | None = None
    target: str = ""
    atm_target: str = ""
    http_url: str = ""
    metrics_url: str = ""

    async def start(self) -> None:
        """Serve. Raises ``StoreUnavailableError``, ``OSError`` or ``TerminalError``; a host may be down."""
        self._libraries.start()
        await self.gateway.start()
        port = await self.front.start()
        self.target = f"{self.settings.front.address}:{port}"
        if self.atm is not None and self.settings.atm is not None:
            self.atm_target = f"{self.settings.atm.address}:{await self.atm.start()}"
        if self.http is not None and self.settings.http is not None:
            scheme = "https" if self.settings.http.tls else "http"
            self.http_url = f"{scheme}://{self.settings.http.address}:{await self.http.start()}"
        self.metrics_url = self.gateway.metrics.serve("127.0.0.1", self.settings.telemetry.metrics_port)
        settle_memory()
        self.log.info(
            "serving",
            target=self.target,
            front=self.settings.front.kind,
            metrics=self.metrics_url,
            **({"atm": self.atm_target} if self.atm_target else {}),
            **({"http": self.http_url} if self.http_url else {}),
        )

    async def stop(self) -> None:
        grace = self.settings.deadlines.drain
        if self.atm is not None:
            await self.atm.drain(grace)
        if self.http is not None:
            await self.http.drain(grace)
        await self.front.drain(grace)
        await self.gateway.close()
        self.log.info("stopped")
        self._libraries.stop()
        self._writer.close()


def build_node(
    settings: GatewaySettings,
    *,
    clock: Clock,
    randomness: Randomness,
    log_descriptor: int,
    broker: MemoryBroker | None = None,
    host_times: HostTimes | None = None,
) -> GatewayNode:
    """Wire one process. ``broker`` carries MQ hosts when ``mq.kind`` is ``memory``; logs go to ``log_descriptor``.

    Raises ``ManifestError`` or ``RoutingError`` for hosts that cannot be used, ``TerminalError`` or ``HsmError`` for
    cash machines.
    """
    writer = LogWriter(log_descriptor)
    log = make_log(clock, writer, level=settings.telemetry.log_level, instance=settings.instance)
    connected = connect(host_folders(settings), _endpoints(settings, broker), clock)
    bindings = [HostBinding.of(host) for host in connected]
    around = Surroundings(
        hosts=[host_times(binding) for binding in bindings] if host_times else bindings,
        store=_store(settings, clock),
        clock=clock,
        randomness=randomness,
        log=log,
        metrics=Metrics(),
    )
    gateway = build_gateway(settings, around)
    front = _front(settings.front, gateway, clock, StatusWriter(randomness, log))
    return GatewayNode(
        settings=settings,
        gateway=gateway,
        front=front,
        log=log,
        _writer=writer,
        _libraries=LibraryLines(log),
        atm=_atm(settings, gateway, around),
        http=http_channel(settings, gateway, around),
    )


def reload_on_signal(node: GatewayNode) -> None:
    """Let SIGHUP read the routing rules, the hosts' calendars and the access policy anew, while the loop runs."""
    loop = asyncio.get_running_loop()
    reloads: set[asyncio.Task[None]] = set()

    def begin() -> None:
        task = loop.create_task(_reload(node))
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGHUP, begin)


async def _reload(node: GatewayNode) -> None:
    """What becomes of it is in the log and among the changes."""
    parts = node.gateway.parts
    try:
        await parts.routes.reload("signal")
        await parts.calendars.reload("", "signal")
        if node.settings.access.policy is not None:
            await parts.access.reload("signal")
    except StoreUnavailableError as error:
        node.log.error("store_unavailable", step="reload", reason=error.reason)


def _store(settings: GatewaySettings, clock: Clock) -> Store:
    """Imports only the store that is used: what is not needed would only make the start slower."""
    limits = settings.limits.standard.limits()
    if settings.store.kind == "sqlite":
        from tellerline.gateway.journal.sqlite import SqliteStore

        return SqliteStore(settings.store.path, clock, default_limits=limits)
    from tellerline.gateway.journal.postgresql import PostgresqlStore

    dsn = settings.store.dsn.get_secret_value()
    return PostgresqlStore(dsn, clock, schema=settings.store.db_schema, default_limits=limits)


def _front(serving: ServingSettings, gateway: Gateway, clock: Clock, statuses: StatusWriter) -> Front:
    settings = _front_settings(serving)
    if serving.kind == "connect":
        from tellerline.gateway.channels.grpc.connect_front import ConnectFront

        return ConnectFront(gateway.services, settings, clock=clock, statuses=statuses)
    from tellerline.gateway.channels.grpc.grpcio_front import GrpcioFront

    return GrpcioFront(gateway.services, settings, clock=clock, statuses=statuses)


def _atm(settings: GatewaySettings, gateway: Gateway, around: Surroundings) -> Iso8583Front | None:
    """What cash machines connect to; nothing of it is loaded where the settings name none."""
    if settings.atm is None:
        return None
    from tellerline.gateway.channels.iso8583.building import Ground, build_front

    ground = Ground(
        services=gateway.services,
        registry=gateway.parts.registry,
        books=gateway.parts.journal,
        clock=around.clock,
        randomness=around.randomness,
        log=around.log,
        metrics=around.metrics,
        zone=ZoneInfo(settings.zone),
    )
    return build_front(settings.atm, ground)


def host_folders(settings: GatewaySettings) -> Iterator[HostFolder]:
    """Every host folder, and once more for each second version of a host in the settings.

    Raises ``ManifestError`` for a host of the settings that has no folder.
    """
    folders = discover()
    names = {folder.name for folder in folders}
    for name, host in settings.hosts.items():
        if not host.of and name not in names:
            raise ManifestError(f"hosts.{name}", "", f"there is no host {name}; there are: {', '.join(sorted(names))}")
    for folder in folders:
        yield _on_terms(folder, settings.hosts.get(folder.name))
        for name, host in settings.hosts.items():
            if host.of == folder.name:
                yield _on_terms(folder.as_version(name), host)


def _on_terms(folder: HostFolder, host: HostSettings | None) -> HostFolder:
    """By the bank's own manifest and calendar, where it has any."""
    if host and host.manifest:
        folder = folder.under(host.manifest)
    return folder.with_day(host.calendar) if host and host.calendar else folder


def _endpoints(settings: GatewaySettings, broker: MemoryBroker | None) -> Mapping[str, Endpoint]:
    return {name: _endpoint(settings, name, broker) for name in settings.hosts}


def _endpoint(settings: GatewaySettings, name: str, broker: MemoryBroker | None) -> Endpoint:
    host = settings.hosts[name]
    if host.url:
        return Endpoint(url=host.url, tls=host_tls(host), security=message_security(host))
    if settings.mq.kind == "memory":
        return Endpoint(broker=broker)
    return Endpoint(url=settings.mq.url.get_secret_value())


def host_tls(host: HostSettings) -> ssl.SSLContext | None:
    """How a host's certificate is checked and ours is shown; None leaves it to the system's authorities.

    Raises ``OSError`` for files that cannot be read, and its kind ``ssl.SSLError`` for what is in them.
    """
    if host.certificate_authority is None and host.client_certificate is None:
        return None
    context = ssl.create_default_context(cafile=host.certificate_authority)
    if host.client_certificate is not None:
        context.load_cert_chain(host.client_certificate, host.client_key)
    return context


def message_security(host: HostSettings) -> MessageSecurity | None:
    """The keys of a host whose messages are signed; None where the settings name none. Raises ``OSError``."""
    key, ours, theirs = host.signing_key, host.signing_certificate, host.trusted_certificate
    if key is None or ours is None or theirs is None:
        return None
    return MessageSecurity(
        signing_key=key.read_bytes(), signing_certificate=ours.read_bytes(), trusted_certificates=theirs.read_bytes()
    )


def _front_settings(serving: ServingSettings) -> FrontSettings:
    tls = serving.tls
    return FrontSettings(
        address=serving.address,
        port=serving.port,
        tls=TlsFiles(certificate=tls.certificate, key=tls.key, client_authority=tls.client_authority) if tls else None,
        reuse_port=serving.reuse_port,
        reflection=serving.reflection,
        default_deadline=serving.default_deadline,
        maximum_deadline=serving.maximum_deadline,
    )
