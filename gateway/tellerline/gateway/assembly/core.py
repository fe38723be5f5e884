"""The parts that most others need: routes, limits, settling, and what a closed host leaves waiting."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.adapters.telemetry import Tracing, TracingRules
from tellerline.gateway.assembly.surroundings import Surroundings
from tellerline.gateway.day.calendars import CalendarFiles
from tellerline.gateway.day.queue import ClosedHostQueue
from tellerline.gateway.doubt.schedule import WakeUp
from tellerline.gateway.hosts.gate import HostGate
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.pipeline.late import LateReplies
from tellerline.gateway.pipeline.losses import LossBlocks
from tellerline.gateway.pipeline.mirror import Mirror
from tellerline.gateway.pipeline.plan import Plans
from tellerline.gateway.pipeline.settling import Settler
from tellerline.gateway.routes.desk import RouteDesk
from tellerline.gateway.serials import Serials
from tellerline.gateway.settings import GatewaySettings


@dataclass(frozen=True, slots=True)
class Core:
    """The parts that most others need."""

    settings: GatewaySettings
    around: Surroundings
    plans: Plans
    limits: LimitRules
    losses: LossBlocks
    settler: Settler
    serials: Serials
    wake: WakeUp
    late: LateReplies
    tracing: Tracing
    routes: RouteDesk
    calendars: CalendarFiles
    mirror: Mirror
    queue: ClosedHostQueue


def build_core(settings: GatewaySettings, around: Surroundings) -> Core:
    clock, metrics, log, journal = around.clock, around.metrics, around.log, around.store.journal
    rules = TracingRules(ratio=settings.telemetry.trace_ratio, endpoint=settings.telemetry.trace_endpoint)
    tracing = Tracing(rules, around.randomness, around.exporter)
    gates = [HostGate(host, clock=clock, metrics=metrics, log=log, tracing=tracing) for host in around.hosts]
    plans = Plans(gates, settings.routes)
    losses = LossBlocks(journal)
    settler = Settler(journal=journal, plans=plans, losses=losses, clock=clock, metrics=metrics, log=log)
    wake = WakeUp(clock, settings.sweep_seconds)
    settler.watcher = wake
    queue = _queue(settings, around, settler, losses)
    return Core(
        settings=settings,
        around=around,
        plans=plans,
        limits=settings.limit_rules(),
        losses=losses,
        settler=settler,
        serials=Serials(clock, around.randomness),
        wake=wake,
        late=LateReplies(journal=journal, settler=settler, metrics=metrics, log=log),
        tracing=tracing,
        routes=_routes(settings, around, plans),
        mirror=Mirror(gates=plans.gates, limits=settings.limit_rules(), clock=clock, metrics=metrics, log=log),
        calendars=_calendars(settings, around, plans, queue),
        queue=queue,
    )


def _queue(settings: GatewaySettings, around: Surroundings, settler: Settler, losses: LossBlocks) -> ClosedHostQueue:
    return ClosedHostQueue(
        waiting=around.store.closed_hosts,
        journal=around.store.journal,
        settler=settler,
        losses=losses,
        limits=settings.limit_rules(),
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
        owner=settings.instance,
        sweep_seconds=settings.sweep_seconds,
    )


def _routes(settings: GatewaySettings, around: Surroundings, plans: Plans) -> RouteDesk:
    return RouteDesk(
        plans=plans,
        history=around.store.routing,
        file=settings.routing_rules,
        instance=settings.instance,
        sweep_seconds=settings.sweep_seconds,
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
    )


def _calendars(settings: GatewaySettings, around: Surroundings, plans: Plans, queue: ClosedHostQueue) -> CalendarFiles:
    files = {name: host.calendar for name, host in settings.hosts.items() if host.calendar is not None}
    return CalendarFiles(
        gates=plans.gates,
        files=files,
        queue=queue,
        history=around.store.routing,
        instance=settings.instance,
        sweep_seconds=settings.sweep_seconds,
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
    )
