"""What a gateway is given and does not make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tellerline.adapters.clock import Clock, Randomness
from tellerline.adapters.telemetry import Log, Metrics
from tellerline.gateway.hosts.policy import HostBinding
from tellerline.gateway.journal.port import Store

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
