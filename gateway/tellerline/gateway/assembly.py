"""The gateway put together: given its hosts, its store, its clock and its randomness, everything between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tellerline.adapters.clock import Clock, Randomness
from tellerline.adapters.telemetry import Log, Metrics, Tracing, TracingRules
from tellerline.gateway.access.control import AccessControl
from tellerline.gateway.access.grants import GrantIssuer
from tellerline.gateway.access.pin import PinVerification
from tellerline.gateway.access.policy import ChannelDirectory
from tellerline.gateway.channels.service import Service
from tellerline.gateway.day.calendars import CalendarFiles
from tellerline.gateway.day.last_known import LastKnownAnswers
from tellerline.gateway.day.queue import ClosedHostQueue
from tellerline.gateway.doubt.cases import ManualCases
from tellerline.gateway.doubt.pursuit import Pursuit
from tellerline.gateway.doubt.resolver import DoubtResolver
from tellerline.gateway.doubt.schedule import WakeUp
from tellerline.gateway.hosts.gate import HostGate
from tellerline.gateway.hosts.policy import HostBinding
from tellerline.gateway.hosts.status import GateStatus
from tellerline.gateway.journal.port import Store
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.pipeline.durable import DurableRunner
from tellerline.gateway.pipeline.enquiry import EnquiryRunner
from tellerline.gateway.pipeline.late import LateReplies
from tellerline.gateway.pipeline.losses import LossBlocks
from tellerline.gateway.pipeline.mirror import Mirror
from tellerline.gateway.pipeline.pipeline import TransactionPipeline
from tellerline.gateway.pipeline.plan import Plans
from tellerline.gateway.pipeline.report import Reporter
from tellerline.gateway.pipeline.settling import Settler
from tellerline.gateway.plans.book import PlanBook
from tellerline.gateway.plans.drive import Workshop
from tellerline.gateway.plans.runner import PlanRunner
from tellerline.gateway.plans.sender import LegSender
from tellerline.gateway.reconciliation.desk import Reconciliation
from tellerline.gateway.routes.desk import RouteDesk
from tellerline.gateway.serials import Serials
from tellerline.gateway.services.discovery import build_services
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.settings import GatewaySettings
from tellerline.routing.transactions.plans import discover

if TYPE_CHECKING:
    from tellerline.adapters.telemetry.spans import SpanExporter


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a gateway is given and does not make: the outside world, and how it speaks of itself.

    ``exporter`` takes sampled spans in place of the collector that the settings name.
    """

    hosts: Sequence[HostBinding]
    store: Store
    clock: Clock
    randomness: Randomness
    log: Log
    metrics: Metrics
    exporter: SpanExporter | None = None


@dataclass(slots=True, kw_only=True)
class Gateway:
    """One gateway process without its front. ``services`` may be served between ``start`` and ``close``."""

    services: tuple[Service, ...]
    parts: Parts
    pipeline: TransactionPipeline
    resolver: DoubtResolver
    metrics: Metrics
    _gates: tuple[HostGate, ...]
    _late: LateReplies
    _routes: RouteDesk
    _calendars: CalendarFiles
    _mirror: Mirror
    _queue: ClosedHostQueue
    _store: Store
    _tracing: Tracing
    _drain_seconds: float

    async def start(self) -> None:
        """Open the store, meet the hosts, take up what an earlier life of this instance left behind.

        Raises ``StoreUnavailableError``, ``RoutingError`` for rules that do not fit the hosts, ``ManifestError`` for a
        calendar that cannot be read; a host that is down is not an error.
        """
        await self._store.start()
        await self._routes.start()
        await self._calendars.start()
        for gate in self._gates:
            await gate.start(self._late.on_late_reply)
        await self._queue.start(self._gates)
        await self.resolver.start()

    async def close(self) -> None:
        """Refuse what comes, let what is under way end, write down what is left. Idempotent."""
        await self.pipeline.drain(self._drain_seconds)
        await self._routes.close()
        await self._calendars.close()
        await self._mirror.close()
        await self._queue.close()
        await self.resolver.close()
        for gate in self._gates:
            await gate.close()
        await self._late.close()
        await self._store.close()
        self._tracing.close()


@dataclass(frozen=True, slots=True)
class _Core:
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


def build_gateway(settings: GatewaySettings, around: Surroundings) -> Gateway:
    """Wire it; nothing is opened before ``start``. Raises ``RoutingError`` for hosts that contradict each other."""
    core = _core(settings, around)
    access = _access(core)
    pipeline = _pipeline(core, access)
    parts = _parts(core, access, pipeline)
    return Gateway(
        services=build_services(parts),
        parts=parts,
        pipeline=pipeline,
        resolver=_resolver(core, pipeline),
        metrics=around.metrics,
        _gates=tuple(core.plans.gates.values()),
        _late=core.late,
        _routes=core.routes,
        _calendars=core.calendars,
        _mirror=core.mirror,
        _queue=core.queue,
        _store=around.store,
        _tracing=core.tracing,
        _drain_seconds=settings.deadlines.drain,
    )


def _core(settings: GatewaySettings, around: Surroundings) -> _Core:
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
    return _Core(
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


def _access(core: _Core) -> AccessControl:
    policies = {name: channel.policy() for name, channel in core.settings.channels.items()}
    directory = ChannelDirectory(policies, peers_required=core.settings.identities_required)
    return AccessControl(directory, core.around.store.grants, core.around.clock)


def _pipeline(core: _Core, access: AccessControl) -> TransactionPipeline:
    settings, around = core.settings, core.around
    journal, deadlines = around.store.journal, settings.deadlines.rules()
    enquiries = EnquiryRunner(
        journal=journal,
        mirror=core.mirror,
        last_known=LastKnownAnswers(
            kept=around.store.closed_hosts, losses=core.losses, clock=around.clock, metrics=around.metrics
        ),
        losses=core.losses,
        clock=around.clock,
        deadlines=deadlines,
        limits=core.limits,
        owner=settings.instance,
    )
    durables = DurableRunner(
        journal=journal,
        settler=core.settler,
        evidence=core.late,
        losses=core.losses,
        queue=core.queue,
        clock=around.clock,
        deadlines=deadlines,
        limits=core.limits,
        metrics=around.metrics,
        log=around.log,
        owner=settings.instance,
    )
    book = PlanBook(discover(), core.plans)
    planned = _planned(core, book, durables)
    reporter = Reporter(
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
        tracing=core.tracing,
        channels=frozenset(settings.channels),
    )
    return TransactionPipeline(
        plans=core.plans,
        access=access,
        limits=core.limits,
        enquiries=enquiries,
        durables=durables,
        composites=book,
        planned=planned,
        serials=core.serials,
        reporter=reporter,
        clock=around.clock,
    )


def _planned(core: _Core, book: PlanBook, durables: DurableRunner) -> PlanRunner:
    settings, around = core.settings, core.around
    journal, legs = around.store.journal, around.store.legs
    shop = Workshop(
        journal=journal,
        legs=legs,
        settler=core.settler,
        sender=LegSender(
            durables=durables, routes=core.plans, journal=journal, legs=legs, serials=core.serials, clock=around.clock
        ),
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
        owner=settings.instance,
    )
    planned = PlanRunner(
        book=book,
        shop=shop,
        losses=core.losses,
        queue=core.queue,
        deadlines=settings.deadlines.rules(),
        limits=core.limits,
    )
    core.settler.follower = planned.ended
    return planned


def _parts(core: _Core, access: AccessControl, pipeline: TransactionPipeline) -> Parts:
    around, store = core.around, core.around.store
    pins = PinVerification(
        pipeline=pipeline,
        access=access,
        grants=store.grants,
        issuer=GrantIssuer(store.grants, around.clock, around.randomness),
        clock=around.clock,
        metrics=around.metrics,
        rules=core.settings.pin.rules(),
    )
    return Parts(
        pipeline=pipeline,
        admission=access,
        pins=pins,
        pin_blocks=core.settings.pin.blocks(),
        hosts=GateStatus(core.plans.gates.values(), store.journal, store.closed_hosts),
        desk=_desk(core),
        routes=core.routes,
        calendars=core.calendars,
        mirror=core.mirror,
        reconciliation=_reconciliation(core),
        differences=store.differences,
        journal=store.journal,
        cases=store.cases,
        legs=store.legs,
        registry=store.registry,
        grants=store.grants,
        limits=core.limits,
        clock=around.clock,
    )


def _desk(core: _Core) -> ManualCases:
    around, store = core.around, core.around.store
    return ManualCases(
        cases=store.cases,
        journal=store.journal,
        settler=core.settler,
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
    )


def _reconciliation(core: _Core) -> Reconciliation:
    around, store = core.around, core.around.store
    return Reconciliation(
        journal=store.journal,
        legs=store.legs,
        differences=store.differences,
        settler=core.settler,
        pursuit=_pursuit(core),
        plans=core.plans,
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
    )


def _pursuit(core: _Core) -> Pursuit:
    around = core.around
    return Pursuit(
        journal=around.store.journal,
        settler=core.settler,
        plans=core.plans,
        serials=core.serials,
        limits=core.limits,
        wake=core.wake,
        clock=around.clock,
        metrics=around.metrics,
    )


def _resolver(core: _Core, pipeline: TransactionPipeline) -> DoubtResolver:
    around = core.around
    return DoubtResolver(
        journal=around.store.journal,
        settler=core.settler,
        pursuit=_pursuit(core),
        losses=core.losses,
        wake=core.wake,
        is_running=pipeline.durables.is_running,
        take_up=pipeline.planned.take_up,
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
        owner=core.settings.instance,
    )
