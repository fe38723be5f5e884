"""A request that has passed the first checks, with what its way through the pipeline needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tellerline.adapters.telemetry import Trace
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.pipeline.plan import OperationPlan
from tellerline.gateway.services.ports import Request


@dataclass(slots=True, kw_only=True)
class Admitted:
    """``serial`` is the global serial that it gets, unless its channel serial turns out to have been used before."""

    plan: OperationPlan
    request: Request
    call: CallContext
    trace: Trace
    serial: str
    accepted_at: datetime
