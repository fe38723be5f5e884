"""What the platform must know of a host beyond its operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tellerline.connectors.connected import ConnectedHost
from tellerline.connectors.host import Host
from tellerline.connectors.manifest import DoubtTerms, HostManifest
from tellerline.gateway.doubt.policy import DoubtPolicy, NotFoundRule, standard_policy
from tellerline.gateway.resilience.breaker import BreakerRules
from tellerline.gateway.resilience.bulkhead import BulkheadRules
from tellerline.routing.model.calendar import HostDay
from tellerline.routing.model.command import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPolicy:
    """Times in seconds; ``timeouts`` and ``doubts`` are by operation, what is missing gets the standard."""

    timeout: float = 5.0
    timeouts: Mapping[str, float] = field(default_factory=dict)
    doubts: Mapping[str, DoubtPolicy] = field(default_factory=dict)
    breaker: BreakerRules = field(default_factory=BreakerRules)
    bulkhead: BulkheadRules = field(default_factory=BulkheadRules)
    day: HostDay = field(default_factory=HostDay)

    @classmethod
    def of(cls, manifest: HostManifest) -> HostPolicy:
        """From a host's ``host.toml``: the manifest decides, this is only its shape in the platform."""
        return cls(
            timeouts=manifest.operations,
            doubts={operation: _doubt(terms) for operation, terms in manifest.doubt.items()},
            breaker=BreakerRules(
                window=manifest.breaker.window,
                minimum=manifest.breaker.minimum,
                failure_share=manifest.breaker.failure_share,
                open_seconds=manifest.breaker.open_seconds,
                probes=manifest.breaker.probes,
            ),
            bulkhead=BulkheadRules(concurrent=manifest.concurrent, queued=manifest.queued),
            day=manifest.day,
        )

    def timeout_of(self, operation: str) -> float:
        return self.timeouts.get(operation, self.timeout)

    def doubt_of(self, operation: str, effect: Effect) -> DoubtPolicy:
        return self.doubts.get(operation) or standard_policy(operation, effect)


def _doubt(terms: DoubtTerms) -> DoubtPolicy:
    return DoubtPolicy(
        version=terms.version,
        not_found=NotFoundRule(terms.not_found.value),
        inquire_after=terms.inquire_after,
        max_processing=terms.not_found_proves_absence_after,
        forward_after=terms.forward_after,
        give_up_after=terms.give_up_after,
        unknown_original_is_undone=terms.unknown_original_is_undone,
        reverse_at_once=terms.reverse_at_once,
    )


ReadDay = Callable[[str, Path], HostDay]
"""From the content of a file and its name. Raises ``ManifestError``."""


@dataclass(frozen=True, slots=True)
class HostBinding:
    """A connected host with its policy: what the platform is built with.

    ``version_of`` names the host that this one is a second version of: it takes only what routing rules give it.
    ``read_day`` reads its calendar from the content of a file; None for a host whose calendar stays as it is.
    """

    host: Host
    policy: HostPolicy = field(default_factory=HostPolicy)
    version_of: str = ""
    read_day: ReadDay | None = None

    @classmethod
    def of(cls, connected: ConnectedHost) -> HostBinding:
        """A connected host by its own manifest."""
        version_of = "" if connected.name == connected.manifest.name else connected.manifest.name
        manifest = connected.manifest
        return cls(connected, HostPolicy.of(manifest), version_of, manifest.day_of)
