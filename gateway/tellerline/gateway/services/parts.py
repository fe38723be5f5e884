"""What the platform hands to every service when it is built."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.adapters.clock import Clock
from tellerline.gateway.journal.port import Grants, Journal, Registry
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.services.ports import Admission, HostStatus, PinDesk, Pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that handlers may reach; they keep no state of their own."""

    pipeline: Pipeline
    admission: Admission
    pins: PinDesk
    hosts: HostStatus
    journal: Journal
    registry: Registry
    grants: Grants
    limits: LimitRules
    clock: Clock
