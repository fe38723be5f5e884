"""What each channel's callers may do: by the policy, and by what the settings say in its place. Answers are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tellerline.gateway.access.engine import PolicyEngine, Verdict
from tellerline.gateway.access.policy_file import ANY, NOBODY, PolicyFile, standard_policy
from tellerline.gateway.access.speakers import Speakers
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code

_MOST_CALLERS = 10_000
_OF_AGENTS = "AGENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPolicy:
    """What the settings say of one channel. Operations are names or patterns (``accounts.*``).

    ``operations`` and ``grantless`` stand in place of what the policy says of every role, where they are not None:
    what the channel offers at all, and what of it needs no customer's grant. ``peers`` are the only identities that may
    speak for it, also without the policy's knowing them; empty leaves that to the policy. ``accepts_grants_of`` names
    other channels whose grants hold here too, provided that the call is the same one.
    """

    operations: tuple[str, ...] | None = None
    peers: tuple[str, ...] = ()
    grantless: tuple[str, ...] | None = None
    grant_seconds: int = 600
    foreign_currency: bool = True
    accepts_grants_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRights:
    """One caller's, on one channel, with the answers remembered: they grow with the operations asked for, all known.

    ``identity`` is empty for a caller that showed none; ``person`` is whose it is, empty for a program's.
    """

    channel: str
    policy: ChannelPolicy
    roles: tuple[str, ...]
    engine: PolicyEngine
    speakers: Speakers
    identity: str = ""
    person: str = ""
    anybody: bool = False
    """Whether it may name whom it will."""
    _known: dict[str, Verdict] = field(default_factory=dict)

    def needs_grant(self, operation: str) -> bool:
        """Whether ``operation`` needs a customer's grant; raises ``CHANNEL_NOT_ALLOWED`` if it is not open at all."""
        verdict = self._known.get(operation) or self.verdict(operation)
        if not verdict.allowed:
            raise RefusalError(Code.CHANNEL_NOT_ALLOWED, metadata={"channel": self.channel, "operation": operation})
        return verdict.needs_grant

    def verdict(self, operation: str) -> Verdict:
        """What holds, and what decides it."""
        known = self._known.get(operation)
        if known is None:
            known = self._known[operation] = self._decided(operation)
        return known

    def acting(self, named: str) -> str:
        """Who acts, where the caller names ``named`` (or nobody): the bearer of the certificate, or whom he may speak
        for. Raises ``IDENTITY_MISMATCH``, also for a program that names nobody where only people act."""
        if not self.identity:
            return named
        acts = named or self.person
        if not acts and self.channel != _OF_AGENTS:
            return ""
        if acts and (self.anybody or acts == self.person or self.speakers.may_name(self.identity, acts)):
            return acts
        raise RefusalError(Code.IDENTITY_MISMATCH, metadata={"channel": self.channel})

    def _decided(self, operation: str) -> Verdict:
        said = self.engine.decide(self.channel, self.roles, operation)
        offered, grantless = self.policy.operations, self.policy.grantless
        if offered is not None:
            place = f"channels.{self.channel}.operations"
            found = _first(operation, offered)
            said = Verdict(found is not None, said.needs_grant, place, repr(found) if found else "no pattern fits")
        if grantless is not None and said.allowed:
            place = f"channels.{self.channel}.grantless"
            found = _first(operation, grantless)
            said = Verdict(True, found is None, place, repr(found) if found else "no pattern fits", said.role)
        return said


class ChannelDirectory:
    """All channels by name, under one policy. ``identities_required`` lets nobody in without a certificate."""

    def __init__(
        self,
        channels: Mapping[str, ChannelPolicy],
        policy: PolicyFile | None = None,
        *,
        identities_required: bool = False,
    ) -> None:
        self._channels = dict(channels)
        self._required = identities_required
        self.follow(policy or standard_policy())

    @property
    def channels(self) -> tuple[str, ...]:
        """Their names, in order."""
        return tuple(sorted(self._channels))

    @property
    def policy(self) -> PolicyFile:
        """What is in force."""
        return self._engine.policy

    def follow(self, policy: PolicyFile) -> None:
        """Decide by it from now on; what was remembered is forgotten."""
        self._engine = PolicyEngine(policy)
        self._speakers = Speakers(policy)
        self._callers: dict[tuple[str, str], CallerRights] = {}

    def rights(self, channel: str, identity: str) -> CallerRights:
        """What the bearer of ``identity`` (empty: none was shown) may do on the channel.

        Raises ``CHANNEL_UNKNOWN``; or ``CHANNEL_NOT_ALLOWED`` for an identity of another channel, and for none where
        the channel names its peers or identities are required.
        """
        rights = self._callers.get((channel, identity))
        if rights is None:
            if len(self._callers) >= _MOST_CALLERS:
                self._callers.clear()
            rights = self._callers[channel, identity] = self._found(channel, identity)
        return rights

    def roles_given(self, channel: str, role: str) -> CallerRights:
        """What somebody with this one role might do there. Raises ``CHANNEL_UNKNOWN``."""
        return self._rights(channel, (role,))

    def _found(self, channel: str, identity: str) -> CallerRights:
        policy = self._channels.get(channel)
        if policy is None:
            raise RefusalError(Code.CHANNEL_UNKNOWN)
        named, speakers = identity in policy.peers, self._speakers
        roles = speakers.roles(identity, channel) if identity not in {"", NOBODY} else ()
        known = bool(roles) or named
        if (policy.peers and not named) or (self._required and not known):
            raise RefusalError(Code.CHANNEL_NOT_ALLOWED, metadata={"channel": channel})
        if not identity or not known:
            return self._rights(channel, speakers.roles(NOBODY, channel))
        return self._rights(
            channel,
            roles or speakers.roles(NOBODY, channel),
            identity=identity,
            person=speakers.person(identity),
            anybody=not roles or speakers.may_name(identity, ANY),
        )

    def _rights(
        self, channel: str, roles: tuple[str, ...], *, identity: str = "", person: str = "", anybody: bool = False
    ) -> CallerRights:
        policy = self._channels.get(channel)
        if policy is None:
            raise RefusalError(Code.CHANNEL_UNKNOWN)
        return CallerRights(
            channel=channel,
            policy=policy,
            roles=roles,
            engine=self._engine,
            speakers=self._speakers,
            identity=identity,
            person=person,
            anybody=anybody,
        )


def _first(operation: str, patterns: tuple[str, ...]) -> str | None:
    return next((pattern for pattern in patterns if fnmatchcase(operation, pattern)), None)
