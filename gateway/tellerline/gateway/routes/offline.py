"""Routing rules judged without a running gateway: by the settings' hosts and what their manifests declare."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tellerline.connectors.discovery import HostFolder
from tellerline.gateway.pipeline.plan import copied_operations
from tellerline.gateway.routes.desk import rules_of
from tellerline.gateway.settings import GatewaySettings
from tellerline.routing.transactions.router import Router
from tellerline.routing.transactions.rules import NO_RULES
from tellerline.routing.transactions.table import RoutingError, RoutingTable


def router_of(settings: GatewaySettings, folders: Iterable[HostFolder]) -> Router:
    """As a gateway with these settings would route. Raises ``RoutingError``, which names the file and the place."""
    connected = [folder for folder in folders if folder.name in settings.hosts]
    declared = {folder.name: frozenset(folder.manifest.operations) for folder in connected}
    table = RoutingTable.build(declared, settings.routes, frozenset(each.name for each in connected if each.version))
    file = settings.routing_rules
    if file is None:
        return Router.build(table, declared, NO_RULES, copied_operations())
    try:
        return Router.build(table, declared, rules_of(_text(file), file), copied_operations())
    except RoutingError as error:
        raise RoutingError(f"{file}: {error}") from None


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RoutingError(str(error)) from None
