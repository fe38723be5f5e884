"""What the platform hands to every service when it is built."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.adapters.clock import Clock
from tellerline.gateway.access.grants import GrantIssuer
from tellerline.gateway.access.pin_block import PinBlocks
from tellerline.gateway.counter.rules import CounterRules
from tellerline.gateway.journal.customer_port import Dossiers, Interactions
from tellerline.gateway.journal.port import AccessTrail, Cases, Differences, Grants, Journal, Legs, Registry
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.pipeline.mirror import Mirror
from tellerline.gateway.services.ports import (
    AccessDesk,
    Admission,
    CalendarDesk,
    CaseDesk,
    Dispenses,
    HostStatus,
    PinDesk,
    Pipeline,
    ReconciliationDesk,
    RoutingDesk,
    TableDesk,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that handlers may reach; they keep no state of their own."""

    pipeline: Pipeline
    admission: Admission
    pins: PinDesk
    pin_blocks: PinBlocks
    hosts: HostStatus
    desk: CaseDesk
    dispenses: Dispenses
    routes: RoutingDesk
    access: AccessDesk
    access_trail: AccessTrail
    calendars: CalendarDesk
    tables: TableDesk
    mirror: Mirror
    reconciliation: ReconciliationDesk
    differences: Differences
    journal: Journal
    cases: Cases
    legs: Legs
    registry: Registry
    interactions: Interactions
    dossiers: Dossiers
    grants: Grants
    issuer: GrantIssuer
    limits: LimitRules
    counter: CounterRules
    clock: Clock
