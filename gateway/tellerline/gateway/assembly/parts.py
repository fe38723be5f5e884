"""What the services are given: the pipeline and the desks beside it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tellerline.gateway.access.control import AccessControl
from tellerline.gateway.access.desk import PolicyDesk
from tellerline.gateway.access.grants import GrantIssuer
from tellerline.gateway.access.pin import PinVerification
from tellerline.gateway.access.pin_history import PinHistory
from tellerline.gateway.assembly.core import Core
from tellerline.gateway.assembly.resolving import build_pursuit
from tellerline.gateway.cash.desk import DispenseDesk
from tellerline.gateway.doubt.cases import ManualCases
from tellerline.gateway.hosts.status import GateStatus
from tellerline.gateway.information.tables import InformationTables
from tellerline.gateway.pipeline.pipeline import TransactionPipeline
from tellerline.gateway.reconciliation.desk import Reconciliation
from tellerline.gateway.reconciliation.undated import Undated
from tellerline.gateway.services.parts import Parts


def build_parts(core: Core, access: AccessControl, policies: PolicyDesk, pipeline: TransactionPipeline) -> Parts:
    around, store = core.around, core.around.store
    issuer = GrantIssuer(store.grants, around.clock, around.randomness)
    pins = PinVerification(
        pipeline=pipeline,
        access=access,
        grants=store.grants,
        issuer=issuer,
        clock=around.clock,
        metrics=around.metrics,
        rules=core.settings.pin.rules(),
    )
    return Parts(
        pipeline=pipeline,
        admission=access,
        pins=PinHistory(pins, store.grants, store.interactions, around.clock),
        pin_blocks=core.settings.pin.blocks(),
        hosts=GateStatus(core.plans.gates.values(), store.journal, store.closed_hosts),
        desk=_desk(core),
        dispenses=_dispenses(core, pipeline),
        routes=core.routes,
        access=policies,
        access_trail=store.access_trail,
        calendars=core.calendars,
        tables=_tables(core),
        mirror=core.mirror,
        reconciliation=_reconciliation(core),
        differences=store.differences,
        journal=store.journal,
        cases=store.cases,
        legs=store.legs,
        registry=store.registry,
        interactions=store.interactions,
        dossiers=store.dossiers,
        grants=store.grants,
        issuer=issuer,
        counter=core.settings.counter.rules(),
        limits=core.limits,
        clock=around.clock,
    )


def _tables(core: Core) -> InformationTables:
    settings, around = core.settings, core.around
    return InformationTables(
        versions=around.store.tables,
        standard=settings.information.standard_tables,
        zone=ZoneInfo(settings.zone),
        sweep_seconds=settings.sweep_seconds,
        clock=around.clock,
        log=around.log,
    )


def _desk(core: Core) -> ManualCases:
    around, store = core.around, core.around.store
    return ManualCases(
        cases=store.cases,
        journal=store.journal,
        settler=core.settler,
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
    )


def _dispenses(core: Core, pipeline: TransactionPipeline) -> DispenseDesk:
    around, store = core.around, core.around.store
    return DispenseDesk(
        journal=store.journal,
        follow_ups=store.follow_ups,
        settler=core.settler,
        plans=core.plans,
        serials=core.serials,
        limits=core.limits,
        wake=core.wake,
        reporter=pipeline.reporter,
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
        owner=core.settings.instance,
    )


def _reconciliation(core: Core) -> Reconciliation:
    around, store = core.around, core.around.store
    return Reconciliation(
        journal=store.journal,
        legs=store.legs,
        differences=store.differences,
        settler=core.settler,
        pursuit=build_pursuit(core),
        plans=core.plans,
        undated=Undated(
            journal=store.journal,
            differences=store.differences,
            settler=core.settler,
            plans=core.plans,
            clock=around.clock,
        ),
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
    )
