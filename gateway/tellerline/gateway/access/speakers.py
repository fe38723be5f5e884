"""Who bears an identity: in which roles it speaks for a channel, and for which people."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tellerline.adapters.rpc.identity import identity_pattern, person_of
from tellerline.gateway.access.policy_file import ANY, NOBODY, PolicyFile, PolicyLine


class Speakers:
    """The lines ``g`` and ``g3`` of a policy."""

    def __init__(self, policy: PolicyFile) -> None:
        self._roles = tuple(policy.of("g"))
        self._people = tuple(policy.of("g3"))

    def roles(self, identity: str, channel: str) -> tuple[str, ...]:
        """In the order of the policy, each once; ``identity`` may be ``NOBODY``."""
        return tuple(dict.fromkeys(line.words[1] for line in self.lines(identity, channel)))

    def lines(self, identity: str, channel: str) -> Iterator[PolicyLine]:
        """Those that let the identity speak for the channel."""
        for line in self._roles:
            if line.words[2] in {ANY, channel} and _is(identity, line.words[0]):
                yield line

    def person(self, identity: str) -> str:
        """Whose identity it is; empty for a program's."""
        return person_of(identity, (line.words[0] for line in self._roles))

    def may_name(self, identity: str, person: str) -> bool:
        """Whether it may speak for him."""
        return any(
            identity_pattern(line.words[0]).fullmatch(identity) and fnmatchcase(person, line.words[1])
            for line in self._people
        )


def _is(identity: str, pattern: str) -> bool:
    """Nobody is like a pattern."""
    if NOBODY in (identity, pattern):
        return identity == pattern
    return identity_pattern(pattern).fullmatch(identity) is not None
