"""Finds host folders: a folder with a ``host.toml`` is a host, and no list names it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path

from tellerline.adapters.clock import Clock
from tellerline.connectors.connected import ConnectedHost
from tellerline.connectors.connector import Connector
from tellerline.connectors.manifest import HostManifest, ManifestError
from tellerline.connectors.transports import BUILDERS, Endpoint, TransportBuilder

PACKAGE = "tellerline.connectors"


@dataclass(frozen=True, slots=True)
class HostFolder:
    """One host as it lies on disk. Its ``connector`` module provides ``build_connector(manifest, clock)``."""

    manifest: HostManifest
    package: str
    path: Path
    version: str = ""

    @property
    def name(self) -> str:
        """The name under which it is connected."""
        return self.version or self.manifest.name

    def as_version(self, name: str) -> HostFolder:
        """The same host once more, connected beside the first under a name of its own."""
        return replace(self, version=name)

    def under(self, file: Path) -> HostFolder:
        """The same host on the terms of another manifest; raises ``ManifestError``."""
        return replace(self, manifest=HostManifest.load(file, self.manifest.name))

    def with_day(self, file: Path) -> HostFolder:
        """The same host with the calendar and the stand-ins of another file; raises ``ManifestError``."""
        return replace(self, manifest=self.manifest.with_day(file))

    def build_connector(self, clock: Clock) -> Connector:
        """Compile the host's contract and tables; blocks for some milliseconds, meant for start-up."""
        connector: Connector = import_module(f"{self.package}.connector").build_connector(self.manifest, clock)
        return connector


def discover(packages: Iterable[str] = (PACKAGE,)) -> tuple[HostFolder, ...]:
    """Every host folder in ``packages``, by name. Folders that begin with an underscore are no hosts.

    Raises ``ManifestError`` for a manifest that cannot be used and for two hosts of one name.
    """
    found: dict[str, HostFolder] = {}
    for package in packages:
        for root in import_module(package).__path__:
            for file in sorted(Path(root).glob("[!_]*/host.toml")):
                folder = _folder(file, f"{package}.{file.parent.name}")
                if folder.manifest.name in found:
                    raise ManifestError(str(file), "name", "another folder has a host of this name")
                found[folder.manifest.name] = folder
    return tuple(found[name] for name in sorted(found))


def host_folder(package: str) -> HostFolder:
    """The one host whose folder is ``package``; raises ``ManifestError``."""
    (root,) = import_module(package).__path__
    return _folder(Path(root) / "host.toml", package)


def _folder(file: Path, package: str) -> HostFolder:
    return HostFolder(HostManifest.load(file), package, file.parent)


def connect(
    folders: Iterable[HostFolder],
    endpoints: Mapping[str, Endpoint],
    clock: Clock,
    builders: Mapping[str, TransportBuilder] = BUILDERS,
) -> tuple[ConnectedHost, ...]:
    """The hosts that have an endpoint, not started yet; a host without one is not offered.

    Raises ``ManifestError`` for a transport that nobody builds and for options that its builder does not know.
    """
    return tuple(
        connect_host(folder, endpoints[folder.name], clock, builders) for folder in folders if folder.name in endpoints
    )


def connect_host(
    folder: HostFolder, endpoint: Endpoint, clock: Clock, builders: Mapping[str, TransportBuilder] = BUILDERS
) -> ConnectedHost:
    """See ``connect``."""
    manifest = folder.manifest
    builder = builders.get(manifest.transport)
    if builder is None:
        raise ManifestError(str(folder.path / "host.toml"), "transport", f"{manifest.transport!r} is not known")
    transport = partial(builder, manifest, endpoint, clock)
    return ConnectedHost(manifest, folder.build_connector(clock), transport, folder.name)
