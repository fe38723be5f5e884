"""What each channel may do, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPolicy:
    """One channel's rights. Operations are names or patterns (``accounts.*``).

    ``peers`` are the authenticated identities that may speak for the channel; empty lets any of them. ``grantless``
    are the operations that need no customer's grant (all of them on a counter, where the teller has seen the customer).
    ``accepts_grants_of`` names other channels whose grants hold here too, provided that the call is the same one.
    """

    operations: tuple[str, ...] = ("*",)
    peers: tuple[str, ...] = ()
    grantless: tuple[str, ...] = ()
    grant_seconds: int = 600
    foreign_currency: bool = True
    accepts_grants_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelRights:
    """A channel's policy with its answers remembered. The sets grow with the operations asked for, all known names."""

    name: str
    policy: ChannelPolicy
    _allowed: dict[str, tuple[bool, bool]] = field(default_factory=dict)

    def needs_grant(self, operation: str) -> bool:
        """Whether ``operation`` needs a customer's grant; raises ``CHANNEL_NOT_ALLOWED`` if it is not open at all."""
        known = self._allowed.get(operation)
        if known is None:
            known = self._allowed[operation] = (
                _matches(operation, self.policy.operations),
                not _matches(operation, self.policy.grantless),
            )
        if not known[0]:
            raise RefusalError(Code.CHANNEL_NOT_ALLOWED, metadata={"channel": self.name, "operation": operation})
        return known[1]


class ChannelDirectory:
    """All channels by name."""

    def __init__(self, policies: Mapping[str, ChannelPolicy], *, peers_required: bool = False) -> None:
        self._rights = {name: ChannelRights(name, policy) for name, policy in policies.items()}
        self._peers_required = peers_required

    def rights(self, channel: str, peer: str) -> ChannelRights:
        """The channel's rights, once ``peer`` is known to speak for it.

        Raises ``CHANNEL_UNKNOWN``; or ``CHANNEL_NOT_ALLOWED`` for a peer of another channel, and for no peer at all
        where the channel names its peers or identities are required.
        """
        rights = self._rights.get(channel)
        if rights is None:
            raise RefusalError(Code.CHANNEL_UNKNOWN)
        peers = rights.policy.peers
        if (peers and peer not in peers) or (self._peers_required and not peer):
            raise RefusalError(Code.CHANNEL_NOT_ALLOWED, metadata={"channel": channel})
        return rights


def _matches(operation: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(operation, pattern) for pattern in patterns)
