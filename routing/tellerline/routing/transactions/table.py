"""The routing table: operation to host, made of what the hosts declare and of what the bank overrides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_ABOUT_THE_HOST_ITSELF = "host."


class RoutingError(ValueError):
    """A table that cannot be built: two hosts claim one operation, or an override names what is not there."""


@dataclass(frozen=True, slots=True)
class RoutingTable:
    """``hosts`` maps each operation that is offered to the name of the one host that takes it."""

    hosts: Mapping[str, str]

    @classmethod
    def build(
        cls,
        declared: Mapping[str, frozenset[str]],
        overrides: Mapping[str, str] | None = None,
        versions: frozenset[str] = frozenset(),
    ) -> RoutingTable:
        """From each host's declared operations; ``overrides`` (operation to host) settles what several declare.

        Hosts named in ``versions`` are further versions of others: they claim nothing, and may only be overrides.
        Operations about a host itself (``host.*``: inquire, reverse, echo) are nobody's to route.
        """
        chosen = dict(overrides or {})
        for operation, host in chosen.items():
            if operation not in declared.get(host, frozenset()):
                raise RoutingError(f"override: host {host!r} does not declare {operation}")
        for host, operations in sorted(declared.items()):
            if host in versions:
                continue
            for operation in operations:
                if operation.startswith(_ABOUT_THE_HOST_ITSELF) or operation in (overrides or {}):
                    continue
                if operation in chosen:
                    raise RoutingError(f"{operation} is declared by {chosen[operation]!r} and {host!r}: override one")
                chosen[operation] = host
        return cls(chosen)

    def host_of(self, operation: str) -> str | None:
        """None when no host offers ``operation``."""
        return self.hosts.get(operation)
