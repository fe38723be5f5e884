"""Wires a whole gateway: given its hosts, its store, its clock and its randomness, everything between them."""

from __future__ import annotations

from tellerline.gateway.access.control import AccessControl
from tellerline.gateway.access.identified import Identification
from tellerline.gateway.assembly.core import build_core
from tellerline.gateway.assembly.gateway import Gateway
from tellerline.gateway.assembly.parts import build_parts
from tellerline.gateway.assembly.pipeline import build_directory, build_pipeline, build_policy_desk
from tellerline.gateway.assembly.resolving import build_resolver
from tellerline.gateway.assembly.surroundings import Surroundings
from tellerline.gateway.services.discovery import build_services
from tellerline.gateway.settings import GatewaySettings


def build_gateway(settings: GatewaySettings, around: Surroundings) -> Gateway:
    """Wire it; nothing is opened before ``start``. Raises ``RoutingError`` for hosts that contradict each other,
    ``PolicyError`` for an access policy that cannot be used."""
    core = build_core(settings, around)
    directory = build_directory(core)
    access = AccessControl(directory, around.store.grants, around.clock, around.store.access_trail)
    policies = build_policy_desk(core, directory)
    pipeline = build_pipeline(core, access)
    parts = build_parts(core, access, policies, pipeline)
    identification = Identification(access)
    return Gateway(
        services=tuple(identification.over(service) for service in build_services(parts)),
        parts=parts,
        pipeline=pipeline,
        resolver=build_resolver(core, pipeline),
        metrics=around.metrics,
        _gates=tuple(core.plans.gates.values()),
        _late=core.late,
        _routes=core.routes,
        _policies=policies,
        _calendars=core.calendars,
        _mirror=core.mirror,
        _queue=core.queue,
        _store=around.store,
        _tracing=core.tracing,
        _drain_seconds=settings.deadlines.drain,
    )
